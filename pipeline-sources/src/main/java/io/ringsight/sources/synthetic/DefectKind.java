package io.ringsight.sources.synthetic;

/** The six kinds of defect DeepPCB knows, in the order of its class numbers. */
public enum DefectKind {
    /** A track that is cut through. */
    OPEN("open"),
    /** Copper between two conductors. */
    SHORT("short"),
    /** A bite out of a conductor's edge. */
    MOUSEBITE("mousebite"),
    /** Copper growing out of a conductor's edge. */
    SPUR("spur"),
    /** Copper on its own where none belongs. */
    COPPER("copper"),
    /** A hole inside a conductor. */
    PIN_HOLE("pin-hole");

    private final String label;

    DefectKind(String label) {
        this.label = label;
    }

    /** Its class name in the model's labels. */
    public String label() {
        return label;
    }
}
