"""What a sequence model is asked in training.

A module has

- `CLASSES`, what the labels are: "candidates" or "tokens".
- `LAYOUTS`, the layouts of positions that it can be asked at, of "event" and "token".
- `ASKS_ABOUT_TIME`, whether a readout is told the event type, the time and the calendar of what it is asked about.
- `READ_SHARE`, the share of the readouts of a batch whose loss is taken, drawn at random; those that ask about the own
  past are taken always (`study/training/batches.py`).
- `readouts(stream, cutoffs)`, where it asks, about which time, and for which labels (`study/events/stream.py`); without
  it the model makes its own, as `screening_sequence` does.

It may also have, each as True, `HIDES`: the codes of the positions that are asked are hidden from the network;
`WEIGHS_KEY`: targets that belong to key actions weigh more, how much is tuned; `CONTRASTS_PARTS`: the loss that
recognises two parts of one history is added. What several share is in `targets.py`.
"""
