package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/ringsight}, in a copy of the repository's outline, with a {@code java} and a {@code mvn} that tell. */
class LauncherTest {
    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final String BUILDS = "maven was called";

    @TempDir
    private Path folder;

    private Path root;
    private Path jdk;

    @BeforeEach
    void layOut() throws IOException {
        root = Files.createDirectory(folder.resolve("a repository"));
        Files.createDirectories(root.resolve("scripts"));
        Files.copy(Rig.ROOT.resolve("scripts/ringsight"), root.resolve("scripts/ringsight"));
        Files.createDirectories(root.resolve("pipeline-app/src/main"));
        Files.writeString(root.resolve("pom.xml"), "");
        Files.writeString(root.resolve("pipeline-app/pom.xml"), "");
        jdk = jdk("17.0.15");
        program("bin/mvn", "echo '" + BUILDS + "'; mkdir -p pipeline-app/target/ringsight/lib");
    }

    @Test
    void buildsOnceAndAgainWhenASourceIsNewer() throws IOException {
        assertThat(launch("doctor").err()).contains(BUILDS).contains("building");
        assertThat(launch("doctor").err()).isEmpty();
        Path source = Files.writeString(root.resolve("pipeline-app/src/main/New.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(launch("doctor").err()).contains(BUILDS);
    }

    @Test
    void buildsWithNvidiasLibrariesWhenAskedToAndKeepsThem() throws IOException {
        program(
                "bin/mvn",
                "L=pipeline-app/target/ringsight/lib; mkdir -p $L; echo called: \"$@\"\n"
                        + "case \"$*\" in *-Pgpu*) touch $L/cuda-redist-13.jar;; esac");
        assertThat(launch("doctor").err()).contains("called:").doesNotContain("-Pgpu");
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("RINGSIGHT_GPU", "1");
        List<String> command = List.of(root.resolve("scripts/ringsight").toString(), "doctor");
        assertThat(Child.run(environment, command, LIMIT).err()).contains("-Pgpu ");
        assertThat(Child.run(environment, command, LIMIT).err()).isEmpty();
        assertThat(launch("doctor").err()).isEmpty();
        Path source = Files.writeString(root.resolve("pipeline-app/src/main/New.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(launch("doctor").err()).contains("-Pgpu ");
    }

    @Test
    void saysWhenTheBuildFailed() throws IOException {
        program("bin/mvn", "echo 'no such plugin' >&2; exit 1");
        Child.Finished finished = launch("doctor");
        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(finished.err()).contains("no such plugin").contains("the build failed");
    }

    @Test
    void handsArgumentsAndExitCodeOn() throws IOException {
        program("jdk-17.0.15/bin/java", "printf '<%s>' \"$@\"; exit 3");
        Child.Finished finished = launch("probe", "file:two words.mp4", "");
        assertThat(finished.exitCode()).isEqualTo(3);
        assertThat(finished.out()).endsWith("<io.ringsight.app.Main><probe><file:two words.mp4><>");
    }

    @Test
    void moreOptionsOfTheJvmComeAfterItsOwn() throws IOException {
        program("jdk-17.0.15/bin/java", "printf '<%s>' \"$@\"");
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("RINGSIGHT_JAVA_OPTS", "-Xmx2g -XX:+UseSerialGC");
        List<String> command = List.of(root.resolve("scripts/ringsight").toString(), "run");
        assertThat(Child.run(environment, command, LIMIT).out())
                .contains("<-Dfile.encoding=UTF-8>")
                .containsSubsequence("<-Xmx2g><-XX:+UseSerialGC><-cp>", "<io.ringsight.app.Main><run>");
    }

    @Test
    void compilesFullyOnlyWhatRunsLong() throws IOException {
        for (String command : List.of("run", "detect", "eval", "bench", "demo")) {
            assertThat(launch(command).out()).as(command).doesNotContain("TieredStopAtLevel");
        }
        for (String command : List.of("check", "probe", "verify", "doctor", "--help")) {
            assertThat(launch(command).out()).as(command).contains("TieredStopAtLevel=1");
        }
    }

    @Test
    void allowsNativeAccessWhereJavaAsksForIt() throws IOException {
        assertThat(launch("doctor").out()).doesNotContain("native-access");
        jdk = jdk("25.0.3");
        assertThat(launch("doctor").out()).contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void refusesAnOldJavaAndSaysWhichItFound() throws IOException {
        jdk = jdk("11.0.2");
        Child.Finished finished = launch("doctor");
        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(finished.err()).contains("Java 11.0.2").contains("17 or newer");
    }

    @Test
    void saysInOneLineThatAJreCannotBuild() throws IOException {
        Files.delete(jdk.resolve("bin/javac"));
        Child.Finished finished = launch("doctor");
        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(finished.err().lines())
                .containsExactly("ringsight: this checkout is not built and cannot be: " + jdk
                        + "/bin/java is a JRE without javac; install a JDK and Maven, or unpack a built release");
    }

    @Test
    void runsWhatWasBuiltBeforeWhereOnlyAJreIs() throws IOException {
        launch("doctor");
        Files.delete(jdk.resolve("bin/javac"));
        Path source = Files.writeString(root.resolve("pipeline-app/src/main/New.java"), "");
        Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(1)));
        Child.Finished finished = launch("doctor");
        assertThat(finished.exitCode()).isZero();
        assertThat(finished.err().lines()).singleElement().asString().contains("running what was built before");
    }

    @Test
    void saysInOneLineThatTheArchiveIsForAnotherMachine() throws IOException {
        program("bin/uname", "[ \"$1\" = -m ] && echo x86_64 || echo Linux");
        program("bin/getconf", "echo glibc 2.36");
        launch("doctor");
        Path lib = root.resolve("pipeline-app/target/ringsight/lib");
        Files.writeString(lib.resolve("ffmpeg-8-linux-arm64.jar"), "");

        assertThat(launch("doctor").err().lines())
                .containsExactly("ringsight: this build's native libraries are for arm64 only, this machine is x86_64");
        Files.writeString(lib.resolve("ffmpeg-8-linux-x86_64.jar"), "");
        assertThat(launch("doctor").exitCode()).isZero();
    }

    @Test
    void saysInOneLineWhatItNeedsOfTheMachine() throws IOException {
        program("bin/uname", "[ \"$1\" = -m ] && echo riscv64 || echo Linux");
        assertThat(launch("doctor").err()).contains("for x86-64 only, this machine is riscv64");
        program("bin/uname", "[ \"$1\" = -m ] && echo x86_64 || echo Linux");
        program("bin/getconf", "echo glibc 2.31");
        assertThat(launch("doctor").err())
                .contains("this Linux has glibc 2.31; the native libraries need 2.35 or newer");
    }

    @Test
    void aDistributionNeedsNeitherMavenNorAJdk() throws IOException {
        Path unpacked = Files.createDirectories(folder.resolve("päck age"));
        Files.createDirectories(unpacked.resolve("bin"));
        Files.createDirectories(unpacked.resolve("lib"));
        Files.copy(root.resolve("scripts/ringsight"), unpacked.resolve("bin/ringsight"));
        Files.delete(jdk.resolve("bin/javac"));
        List<String> command = List.of(unpacked.resolve("bin/ringsight").toString(), "doctor");
        Child.Finished finished = Child.run(environment(), command, LIMIT);
        assertThat(finished.exitCode()).as(finished.toString()).isZero();
        assertThat(finished.out()).contains("-Dringsight.home=" + unpacked).contains("doctor");
    }

    @Test
    void saysWhereItLookedForJava() {
        jdk = folder.resolve("nowhere");
        Child.Finished finished = launch("doctor");
        assertThat(finished.exitCode()).isEqualTo(1);
        assertThat(finished.err()).contains(jdk.toString()).contains("JAVA_HOME");
    }

    @Test
    void runsFromAnyFolderThroughALink() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("rs"), root.resolve("scripts/ringsight"));
        Child.Finished finished = Child.run(environment(), List.of(link.toString(), "doctor"), LIMIT);
        assertThat(finished.exitCode()).as(finished.toString()).isZero();
        assertThat(finished.out()).contains("-Dringsight.home=" + root);
    }

    @Test
    void isReplacedByJavaSoThatSignalsReachIt() throws IOException {
        program("jdk-17.0.15/bin/java", "echo ready $$; exec sleep 60");
        List<String> command = List.of(root.resolve("scripts/ringsight").toString(), "run");
        try (Child launcher = Child.start("launcher", folder, environment(), command)) {
            launcher.awaitLine("java started", LIMIT, ("ready " + launcher.pid())::equals);
            launcher.signal("TERM");
            assertThat(launcher.waitFor(LIMIT)).isEqualTo(128 + 15);
        }
    }

    private Child.Finished launch(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(root.resolve("scripts/ringsight").toString());
        command.addAll(List.of(arguments));
        return Child.run(environment(), command, LIMIT);
    }

    private Map<String, String> environment() {
        return Map.of("JAVA_HOME", jdk.toString(), "PATH", folder.resolve("bin") + ":" + System.getenv("PATH"));
    }

    private Path jdk(String version) throws IOException {
        Path home = folder.resolve("jdk-" + version);
        program("jdk-" + version + "/bin/java", "echo \"$@\"");
        program("jdk-" + version + "/bin/javac", "");
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private void program(String name, String script) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/bash\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
