"""What is done with a finished study: a variant is written as one folder, and ranks the users of new logs."""
