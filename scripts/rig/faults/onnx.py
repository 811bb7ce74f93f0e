"""Models written by hand (onnx.proto3), so that what a row measures is the fault and not the inference."""
import struct

FLOAT, INT64 = 1, 7
SIZE = 16


def varint(value):
    out = bytearray()
    while True:
        value, low = value >> 7, value & 127
        out.append(low | (128 if value else 0))
        if not value:
            return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def node(operator, inputs, output, **attributes):
    body = b"".join(text(1, name) for name in inputs) + text(2, output) + text(4, operator)
    return text(1, body + b"".join(text(5, text(1, k) + number(3, v) + number(20, 2)) for k, v in attributes.items()))


def tensor(name, kind, dims, values):
    raw = struct.pack("<%d%s" % (len(values), "f" if kind == FLOAT else "q"), *values)
    return text(5, b"".join(number(1, d) for d in dims) + number(2, kind) + text(8, name) + text(9, raw))


def value(field, name, dims):
    shape = b"".join(text(1, number(1, d)) for d in dims)
    return text(field, text(1, name) + text(2, text(1, number(1, FLOAT) + text(2, shape))))


def tiny(throws=False):
    """Answers one object as big as the picture. throws: a picture brighter than half makes it fail while it runs."""
    graph = [node("GlobalAveragePool", ["images"], "means"), node("Reshape", ["means", "shape"], "rows"),
             node("MatMul", ["rows", "weights"], "product"), node("Add", ["product", "bias"], "sum")]
    if throws:  # the only row there is for a dark picture; none for a bright one
        graph += [node("ReduceMean", ["images"], "mean"), node("Mul", ["mean", "steps"], "step"),
                  node("Cast", ["step"], "index", to=INT64), node("Gather", ["table", "index"], "entry"),
                  node("Reshape", ["entry", "one"], "zero"), node("Add", ["sum", "zero"], "output0")]
    else:
        graph += [node("Add", ["sum", "table"], "output0")]
    graph += [text(2, "tiny"), tensor("shape", INT64, [3], [0, 1, 3]), tensor("one", INT64, [1], [1]),
              tensor("weights", FLOAT, [3, 6], [0] * 4 + [1] + [0] * 13), tensor("steps", FLOAT, [1], [2.0]),
              tensor("bias", FLOAT, [6], [0, 0, SIZE, SIZE, 0, 0]), tensor("table", FLOAT, [1], [0]),
              value(11, "images", [1, 3, SIZE, SIZE]), value(12, "output0", [1, 1, 6])]
    metadata = {"names": "{0: 'scene'}", "task": "detect", "imgsz": "[%d, %d]" % (SIZE, SIZE)}
    return (number(1, 8) + text(2, "ringsight-faults") + text(7, b"".join(graph)) + text(8, number(2, 17))
            + b"".join(text(14, text(1, k) + text(2, v)) for k, v in metadata.items()))
