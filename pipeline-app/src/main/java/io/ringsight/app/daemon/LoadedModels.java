package io.ringsight.app.daemon;

import io.ringsight.core.infer.Opened;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Models that are loaded and warm and not at work yet; what nobody takes is closed. One thread at a time. */
final class LoadedModels implements AutoCloseable {
    private final Map<String, Opened> models = new LinkedHashMap<>();
    private Optional<Opened> shadow = Optional.empty();

    void add(String name, Opened opened) {
        models.put(name, opened);
    }

    void shadow(Opened opened) {
        shadow = Optional.of(opened);
    }

    /** Those at whose results somebody looks, by name; who takes them closes them. */
    Map<String, Opened> takeModels() {
        Map<String, Opened> taken = new LinkedHashMap<>(models);
        models.clear();
        return taken;
    }

    /** That of the shadow, if it is to be another; who takes it closes it. */
    Optional<Opened> takeShadow() {
        Optional<Opened> taken = shadow;
        shadow = Optional.empty();
        return taken;
    }

    @Override
    public void close() {
        takeModels().values().forEach(unused -> unused.now().close());
        takeShadow().ifPresent(unused -> unused.now().close());
    }
}
