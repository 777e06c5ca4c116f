"""What a sequence model is asked in training. A module has `CLASSES`, `ASKS_ABOUT_TIME` and `readouts`."""
