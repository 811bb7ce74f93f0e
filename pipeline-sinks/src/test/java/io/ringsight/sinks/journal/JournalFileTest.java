package io.ringsight.sinks.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalFileTest {
    @TempDir
    private Path dir;

    @Test
    void aNewFileThatCannotTakeItsPlaceIsRemovedAndTheNextTryWorks() throws IOException {
        Path path = dir.resolve("a.journal");
        Files.createDirectories(path.resolve("in the way"));
        JournalFile file = new JournalFile(path);
        assertThatThrownBy(() -> file.rewrite(List.of("one"))).isInstanceOf(IOException.class);
        assertThat(file.isOpen()).isFalse();
        assertThat(dir.resolve("a.journal.next")).doesNotExist();

        Files.delete(path.resolve("in the way"));
        Files.delete(path);
        file.rewrite(List.of("one"));
        file.append("two", true);
        file.close();
        assertThat(new JournalFile(path).read()).containsExactly("one", "two");
    }
}
