package io.ringsight.sources;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.sources.spec.Redaction;
import io.ringsight.sources.spec.SourceSpec;
import io.ringsight.sources.spec.SourceSpecException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Odd passwords in every form of URL that cameras want; none may be seen in anything that people or machines read. */
class SecretsStayInsideTest {
    /** Each holds this, which nothing else does. */
    private static final String MARK = "hunter2";

    private static final List<String> PASSWORDS = List.of(
            "hunter2",
            "Hunter2!hunter2",
            "hunter2_x",
            "a_hunter2",
            "tlJwpbo6hunter2",
            "hunter2-$^~",
            "hunter2;b",
            "(hunter2)",
            "hunter2,x",
            "x.hunter2",
            "hunter2|x",
            "hunter2=",
            "=hunter2",
            "x=hunter2",
            "hunter2*",
            "9hunter2",
            "ähunter2ß",
            "hunter2'",
            "hunter2%",
            "hunter2_cd=ef",
            "a b hunter2",
            "a/hunter2",
            "a?hunter2#b",
            "a@hunter2",
            "a:hunter2",
            "a&hunter2",
            "\"hunter2");

    private static final List<String> SHAPES = List.of(
            "rtsp://admin:%s@10.0.0.7:554/s",
            "rtsps://admin:%s@cam/s?x=1",
            "rtsp://10.0.0.7/user=admin&password=%s&channel=1&stream=0.sdp?real_stream",
            "rtsp://10.0.0.7/user=admin_password=%s_channel=1_stream=0.sdp?real_stream",
            "rtsp://10.0.0.7/user=admin_password=%s",
            "rtsp://10.0.0.7:554/?user=admin&pwd=%s",
            "rtsp://10.0.0.7/live?userpwd=admin:%s",
            "rtsp://10.0.0.7/live?username=admin&psw=%s&x=2",
            "rtsp://10.0.0.7/live/ch0?loginuse=admin&loginpas=%s",
            "rtsp://10.0.0.7/live?usr=admin&pass=%s",
            "rtsp://10.0.0.7/live?passwd=%s",
            "rtsp://10.0.0.7/live?u=admin&p=%s&q=7",
            "rtsp://10.0.0.7/live?user=admin&pw=%s",
            "rtsp://10.0.0.7/live?access_token=%s",
            "rtsp://10.0.0.7/live;token=%s;x=1",
            "rtsp://10.0.0.7/live?auth=%s",
            "rtsp://10.0.0.7/live?api_key=%s",
            "rtsp://10.0.0.7/live?key=%s&n=1",
            "rtsp://10.0.0.7/live?X-Amz-Signature=%s&X-Amz-Date=1",
            "rtsp://10.0.0.7/live?sig=%s",
            "rtsp://10.0.0.7/live?sid=%s",
            "rtsp://10.0.0.7/live?pass%%77ord=%s",
            "rtsp://10.0.0.7/live?PassWord=%s",
            "rtsp://10.0.0.7/go?url=rtsp%%3A%%2F%%2Fadmin%%3A%s%%40cam%%2Fs",
            "rtsp://10.0.0.7/go?url=x%%3Fuser%%3Dadmin%%26password%%3D%s%%26y%%3D1",
            "rtsp://10.0.0.7/go?url=http://cam/x?password=%s");

    static List<String> shapes() {
        return SHAPES;
    }

    /** Of what ends a parameter or a URL only its encoded form can be meant. */
    private static String raw(String password) {
        String text = password;
        for (String end : List.of(" ", "&", "%")) {
            text = text.replace(end, Redaction.percentEncoded(end));
        }
        return text;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void inTextsOfEveryKind(String shape) {
        for (String password : PASSWORDS) {
            check(String.format(Locale.ROOT, shape, Redaction.percentEncoded(password)));
            check(String.format(Locale.ROOT, shape, raw(password)));
        }
    }

    private static void check(String uri) {
        assertClean(Redaction.text("cannot open '" + uri + "': 401"));
        assertClean(Redaction.text("{\"uri\": \"" + uri + "\" }"));
        String typo = uri.replaceFirst("rtsps?:", "htpp:");
        String told;
        try {
            told = SourceSpec.parse(typo).uri();
        } catch (SourceSpecException e) {
            told = e.getMessage();
        }
        assertClean(told);
        SourceSpec spec;
        try {
            spec = SourceSpec.parse(uri);
        } catch (SourceSpecException e) {
            assertClean(e.getMessage());
            return;
        }
        assertClean(
                spec.uri() + spec + spec.redaction().apply("method DESCRIBE failed: " + uri + ": 401 Unauthorized"));
    }

    private static void assertClean(String text) {
        assertThat(text.toLowerCase(Locale.ROOT)).doesNotContain(MARK);
    }
}
