"""The service that hubs will get: the chain from the sky to a person, with its uncertainty."""
