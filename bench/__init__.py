"""What the program costs and how fast it is: `make bench`, or `python -m bench --help`."""
