package io.ringsight.app.config.yaml;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** How large a YAML file is with each alias in place of what it stands for, found without making it so. */
final class AliasSize {
    private final int maxDepth;
    private final int maxValues;
    private final Map<Node, Long> sizes = new IdentityHashMap<>();
    private final Map<Node, Integer> depths = new IdentityHashMap<>();

    AliasSize(int maxDepth, int maxValues) {
        this.maxDepth = maxDepth;
        this.maxValues = maxValues;
    }

    /** What is wrong with it, if anything is. */
    Optional<String> problem(Node root) {
        long size = measure(root, 0);
        if (size < 0) {
            return Optional.of("expected aliases that lie in each other at most " + maxDepth
                    + " levels deep and not in themselves");
        }
        return size > maxValues
                ? Optional.of("expected at most " + maxValues + " values with all aliases followed, got more")
                : Optional.empty();
    }

    /** Values in a node, itself included; negative if it is too deep or holds itself. */
    private long measure(Node node, int above) {
        List<Node> children = children(node);
        if (children.isEmpty()) {
            return 1;
        }
        Long known = sizes.get(node);
        if (known != null && above + depths.get(node) <= maxDepth) {
            return known;
        }
        if (known != null || above >= maxDepth) {
            return -1;
        }
        long size = 1;
        int depth = 1;
        for (Node child : children) {
            long below = measure(child, above + 1);
            if (below < 0) {
                return -1;
            }
            size = Math.min(size + below, maxValues + 1L);
            depth = Math.max(depth, 1 + depths.getOrDefault(child, 0));
        }
        sizes.put(node, size);
        depths.put(node, depth);
        return size;
    }

    private static List<Node> children(Node node) {
        if (node instanceof MappingNode mapping) {
            return mapping.getValue().stream().map(NodeTuple::getValueNode).toList();
        }
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }
}
