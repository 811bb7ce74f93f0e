package io.ringsight.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The schema that users get, as a judge of messages. */
public final class MessageSchema {
    private static final Path FILE = Path.of(System.getProperty("ringsight.root"), "conf/schema/message.schema.json");

    private final Schema schema;

    public MessageSchema() {
        schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(text(), InputFormat.JSON);
    }

    /** The schema's own text. */
    public static String text() {
        try {
            return Files.readString(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless {@code message} keeps to the schema. */
    public void accepts(byte[] message) {
        String text = new String(message, StandardCharsets.UTF_8);
        assertThat(schema.validate(text, InputFormat.JSON)).as(text).isEmpty();
    }

    /** Fails if {@code message} keeps to the schema. */
    public void refuses(String message) {
        assertThat(schema.validate(message, InputFormat.JSON)).as(message).isNotEmpty();
    }
}
