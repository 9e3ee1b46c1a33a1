"""Where satellites are at a moment: elements or published positions to Earth-fixed places."""
