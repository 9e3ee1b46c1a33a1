"""The stages of a choice, one file each: start, prove, walk, divide, improve, close."""
