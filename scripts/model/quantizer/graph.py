"""What hangs on what in an ONNX graph, and which part of a detector a node belongs to."""

from collections import defaultdict

import onnx

CONVOLUTIONS = ("Conv", "Gemm", "MatMul")


class Graph:
    """Nodes by name, with their followers. Every node must have a name (see `named`)."""

    def __init__(self, model: onnx.ModelProto):
        self.nodes = {n.name: n for n in model.graph.node}
        self.producer = {o: n.name for n in model.graph.node for o in n.output}
        readers = defaultdict(list)
        for n in model.graph.node:
            for i in n.input:
                readers[i].append(n.name)
        self.followers = {n.name: [r for o in n.output for r in readers[o]] for n in model.graph.node}

    def after(self, name: str) -> set[str]:
        """All nodes that depend on this one."""
        seen, todo = set(), [name]
        while todo:
            for f in self.followers[todo.pop()]:
                if f not in seen:
                    seen.add(f)
                    todo.append(f)
        return seen

    def convolutions(self) -> list[str]:
        return [n for n, node in self.nodes.items() if node.op_type == "Conv"]

    def first(self) -> set[str]:
        """The first convolutions, which depend on no other, and a ReLU behind one, which is fused with it.

        Three channels fill no eight-bit dot product: in INT8 ONNX Runtime takes twice as long for them as in float.
        """
        convolutions = set(self.convolutions())
        start = convolutions - set().union(*(self.after(c) for c in convolutions))
        return start | {f for c in start for f in self.followers[c] if self.nodes[f].op_type == "Relu"}

    def products(self) -> set[str]:
        """Each Softmax and each product of two computed matrices, as attention has them.

        In INT8 ONNX Runtime takes eight times as long for the Softmax as in float, and as long for the products.
        """
        return {
            name
            for name, n in self.nodes.items()
            if n.op_type == "Softmax" or (n.op_type == "MatMul" and all(i in self.producer for i in n.input))
        }

    def predictions(self) -> set[str]:
        """The last convolutions: no convolution depends on them."""
        convolutions = set(self.convolutions())
        return {c for c in convolutions if not self.after(c) & convolutions}

    def decoding(self) -> set[str]:
        """Everything behind the predictions: coordinates of hundreds of pixels beside scores below 1.

        Eight bits for both together leave nothing of the scores; that is how YOLOv10 engines become blind.
        """
        convolutions = set(self.convolutions())
        return {n for n in self.nodes if n not in convolutions and not self.after(n) & convolutions}

    def attention(self) -> set[str]:
        """Each Softmax of the network, all between it and the next convolutions on both sides, and those convolutions.

        Its products and its probabilities span orders of magnitude, of which eight bits keep the largest.
        """
        behind = defaultdict(list)
        for name, followers in self.followers.items():
            for f in followers:
                behind[f].append(name)
        starts = {n for n, node in self.nodes.items() if node.op_type == "Softmax"} - self.decoding()
        return self.up_to_convolution(starts, self.followers) | self.up_to_convolution(starts, behind)

    def up_to_convolution(self, starts: set[str], neighbours) -> set[str]:
        seen, todo = set(starts), list(starts)
        while todo:
            for n in neighbours[todo.pop()]:
                if n not in seen:
                    seen.add(n)
                    if self.nodes[n].op_type != "Conv":
                        todo.append(n)
        return seen

    def box_head(self) -> set[str]:
        """Nodes that only boxes depend on: those whose every prediction has no Sigmoid behind it."""
        predictions = self.predictions()
        boxes = {p for p in predictions if not any(self.nodes[n].op_type == "Sigmoid" for n in self.after(p))}
        decoding = self.decoding()
        return {
            n
            for n in self.nodes.keys() - decoding
            if (reached := (self.after(n) | {n}) & predictions) and reached <= boxes
        }


def named(model: onnx.ModelProto) -> onnx.ModelProto:
    """Gives every node without a name, or with one that another has, its own."""
    seen = set()
    for i, n in enumerate(model.graph.node):
        if not n.name or n.name in seen:
            n.name = f"{n.op_type}_{i}"
        seen.add(n.name)
    return model
