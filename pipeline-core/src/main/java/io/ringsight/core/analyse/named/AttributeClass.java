package io.ringsight.core.analyse.named;

import io.ringsight.core.analyse.named.NamedObjects.Answer;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.model.ModelSpec;
import java.util.List;
import java.util.Optional;

/**
 * What a second model calls an object, as {@code ATTRIBUTE=CLASS}. Of a detector: that it found one of that class in the
 * object. One thread; allocates nothing.
 */
public final class AttributeClass {
    private static final int UNKNOWN = -1;

    private final String attribute;
    private final String className;
    private ModelSpec model;
    private int classId = UNKNOWN;
    private int changes;

    private AttributeClass(String attribute, String className) {
        this.attribute = attribute;
        this.className = className;
    }

    /** Empty if {@code name} has not that form. */
    public static Optional<AttributeClass> of(String name) {
        int equals = name.indexOf('=');
        return equals < 1 || equals == name.length() - 1
                ? Optional.empty()
                : Optional.of(new AttributeClass(name.substring(0, equals), name.substring(equals + 1)));
    }

    /** The name of what the second model says. */
    public String attribute() {
        return attribute;
    }

    /** One of its classes. */
    public String className() {
        return className;
    }

    /** How often another model took over, as far as objects showed it. */
    int changes() {
        return changes;
    }

    Answer of(List<ObjectAttribute> attributes, int object) {
        for (int i = 0; i < attributes.size(); i++) {
            if (attributes.get(i).name().equals(attribute)) {
                return of(attributes.get(i), object);
            }
        }
        return Answer.NO_SUCH_CLASS;
    }

    private Answer of(ObjectAttribute said, int object) {
        return switch (said.state(object)) {
            case UNWANTED -> Answer.NO;
            case LEFT_OUT -> Answer.CUT;
            case UNSURE, FAILED -> Answer.FAILED;
            case KNOWN -> known(said, object);
        };
    }

    private Answer known(ObjectAttribute said, int object) {
        if (said.model() != model) {
            changes += model == null ? 0 : 1;
            model = said.model();
            classId = model.classId(className);
        }
        if (classId == UNKNOWN) {
            return Answer.NO_SUCH_CLASS;
        }
        int from = said.first(object);
        for (int i = from; i < from + said.count(object); i++) {
            if (said.found().classId(i) == classId) {
                return Answer.YES;
            }
        }
        return said.count(object) == ObjectAttribute.MAX_BOXES ? Answer.CUT : Answer.NO;
    }
}
