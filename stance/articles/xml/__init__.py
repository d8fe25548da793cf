"""XML of newsrooms, feeds and parliaments: how articles are found in a file, and what each kind calls their parts."""
