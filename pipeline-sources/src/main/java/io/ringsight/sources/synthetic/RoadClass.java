package io.ringsight.sources.synthetic;

/** The kinds of vehicle on the synthetic road, in the order of their class numbers; labels are COCO's. */
public enum RoadClass {
    /** 4.4 m long. */
    CAR("car", 4.4, 1.8, 1.5),
    /** 9 m long: it hides what drives behind it. */
    TRUCK("truck", 9, 2.5, 3.4);

    private final String label;
    private final double lengthM;
    private final double widthM;
    private final double heightM;

    RoadClass(String label, double lengthM, double widthM, double heightM) {
        this.label = label;
        this.lengthM = lengthM;
        this.widthM = widthM;
        this.heightM = heightM;
    }

    /** Its class name in a model's labels. */
    public String label() {
        return label;
    }

    double lengthM() {
        return lengthM;
    }

    double widthM() {
        return widthM;
    }

    double heightM() {
        return heightM;
    }
}
