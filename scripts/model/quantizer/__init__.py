"""Makes an ONNX detector smaller and faster, and says what that cost: check, calibrate, quantise, compare, judge."""
