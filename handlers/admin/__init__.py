"""The commands: a module here with COMMANDS is found and offered; a new command is a new file."""
