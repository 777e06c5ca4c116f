"""One file per DVC stage, of the same name: reads files, calls pure functions, writes files."""
