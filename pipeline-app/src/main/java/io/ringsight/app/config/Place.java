package io.ringsight.app.config;

import io.ringsight.app.config.yaml.ConfigException;
import io.ringsight.app.config.yaml.YamlErrors;
import java.nio.file.Path;

/**
 * Where a value stands, for what turns out to be wrong with it after reading.
 *
 * @param file the file by the name the user gave it
 * @param line from 1
 * @param key the key's path
 */
public record Place(Path file, int line, String key) {
    /** The exception that tells of one mistake at this place. */
    public ConfigException mistake(String sentence) {
        YamlErrors errors = new YamlErrors(file);
        errors.add(line, key, sentence);
        return new ConfigException(errors.lines());
    }
}
