package io.ringsight.core.analyse.named;

import io.ringsight.core.detect.ObjectAttribute;
import java.util.ArrayList;
import java.util.List;

/**
 * Which objects bear one of some names: those of a class, and those of which a second model says it ({@link
 * AttributeClass}). What a second model does not say is neither yes nor no. One thread; allocates only when the labels change.
 */
public final class NamedObjects {
    /** Whether an object is one of them. */
    public enum Answer {
        NO,
        YES,
        /** It may be: a second model failed, or is unsure. */
        FAILED,
        /** It may be: there was more than a second model looks at, or tells. */
        CUT,
        /** It may be: the second model does not know the class, or does not look any more. */
        NO_SUCH_CLASS;

        /** Whether nobody knows. */
        public boolean isOpen() {
            return compareTo(YES) > 0;
        }
    }

    private final List<String> names;
    /** By class id: the name it bears, or null. */
    private String[] nameOfClass = {};

    /** Names that are no class of the model that found the objects. */
    private final List<String> others = new ArrayList<>();

    private final List<AttributeClass> attributes = new ArrayList<>();
    private boolean lacksClass;
    private String name;

    /** @param names of classes, in upper or lower case, and {@code ATTRIBUTE=CLASS} */
    public NamedObjects(List<String> names) {
        this.names = List.copyOf(names);
    }

    /** Another model finds the objects. */
    public void labels(List<String> labels) {
        nameOfClass = labels.stream().map(this::nameOf).toArray(String[]::new);
        others.clear();
        attributes.clear();
        lacksClass = false;
        for (String any : names) {
            if (labels.stream().noneMatch(any::equalsIgnoreCase)) {
                lacksClass |= AttributeClass.of(any).isEmpty();
                AttributeClass.of(any).ifPresent(attribute -> {
                    others.add(any);
                    attributes.add(attribute);
                });
            }
        }
    }

    private String nameOf(String label) {
        return names.stream().anyMatch(label::equalsIgnoreCase) ? label : null;
    }

    /** Whether one of the names is a class that the model does not know. */
    public boolean lacksClass() {
        return lacksClass;
    }

    /**
     * Whether an object bears one of the names.
     *
     * @param said what second models say of the frame's objects
     * @param classId the object's class
     */
    public Answer has(List<ObjectAttribute> said, int object, int classId) {
        name = classId >= 0 && classId < nameOfClass.length ? nameOfClass[classId] : null;
        Answer answer = name == null ? Answer.NO : Answer.YES;
        for (int i = 0; i < attributes.size() && answer != Answer.YES; i++) {
            Answer next = attributes.get(i).of(said, object);
            if (next == Answer.YES) {
                name = others.get(i);
            }
            answer = next == Answer.NO ? answer : next;
        }
        return answer;
    }

    /** The name that the last object bears, as its model or the configuration writes it; null if none. */
    public String name() {
        return name;
    }

    /** How often a second model was seen to be another one since the labels changed. */
    public int changes() {
        int all = 0;
        for (int i = 0; i < attributes.size(); i++) {
            all += attributes.get(i).changes();
        }
        return all;
    }
}
