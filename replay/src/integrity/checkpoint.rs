//! C2SP checkpoints as signed notes (anchors §3).
