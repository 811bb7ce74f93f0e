package io.ringsight.core.analyse;

import io.ringsight.core.detect.Detections;
import io.ringsight.core.detect.ObjectAttribute;
import io.ringsight.core.detect.ObjectAttribute.State;
import io.ringsight.core.infer.FakeBackend;
import io.ringsight.core.model.ModelOutput;
import io.ringsight.core.model.ModelOutput.Head;
import io.ringsight.core.model.ModelSpec;
import java.util.List;

/** What a second model, called {@code kind}, says of the objects of a frame. */
public final class SaidOfObjects {
    private static final List<String> LABELS = List.of("deep", "shallow");

    private SaidOfObjects() {}

    /** A classifier. */
    public static ModelSpec classifier(List<String> labels) {
        ModelSpec any = FakeBackend.SPEC;
        ModelOutput output = new ModelOutput("output0", Head.CLASSIFIER, 1, labels.size(), 0.45f);
        return new ModelSpec("kind", "1", any.weights(), any.input(), output, labels, 0.5f, List.of());
    }

    /** Of each object in turn the name of a class, or of a state in which it is not known. */
    public static List<ObjectAttribute> kinds(String... said) {
        return kinds(classifier(LABELS), said);
    }

    /** As above, said by {@code model}. */
    public static List<ObjectAttribute> kinds(ModelSpec model, String... said) {
        ObjectAttribute kind = new ObjectAttribute("kind", 16);
        kind.begin(said.length);
        for (int i = 0; i < said.length; i++) {
            int classId = model.labels().indexOf(said[i]);
            if (classId < 0) {
                kind.state(i, State.valueOf(said[i]));
            } else {
                Detections one = new Detections(1);
                one.add(0, 0, 10, 10, 0.9f, classId);
                kind.found(i, model, "fake", one);
            }
        }
        return List.of(kind);
    }
}
