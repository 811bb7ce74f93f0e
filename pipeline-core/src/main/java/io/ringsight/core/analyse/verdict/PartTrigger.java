package io.ringsight.core.analyse.verdict;

/**
 * Who announces the parts of a source.
 *
 * @param kind how
 * @param className of {@link Kind#APPEARANCE}: the class of the part itself, which is followed; empty for the boards of
 *     a synthetic source, which are known without
 */
public record PartTrigger(Kind kind, String className) {
    /** How parts are announced. */
    public enum Kind {
        /** By {@code POST /api/v1/sources/ID/parts}. */
        HTTP,
        /** By a controller, through the {@code modbus} sink of the source. */
        MODBUS,
        /** By being seen whole in the picture. */
        APPEARANCE
    }
}
