package io.ringsight.app.tools.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.app.tools.files.VideoLength;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BenchClipTest {
    @Test
    void isAVideoOfMovingPicturesThatIsDeletedAfterwards() {
        Path file;
        try (BenchClip clip = BenchClip.render(320, 240)) {
            file = clip.file();
            assertThat(VideoLength.pictures(file)).isEqualTo(BenchClip.PICTURES);
            // Pictures without motion or noise would take a few kilobytes.
            assertThat(file.toFile().length()).isGreaterThan(500_000);
        }
        assertThat(file.getParent()).doesNotExist();
    }
}
