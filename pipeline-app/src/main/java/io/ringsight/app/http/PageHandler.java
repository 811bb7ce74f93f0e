package io.ringsight.app.http;

import io.ringsight.app.config.HttpConfig;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers each request: with its page, or with why not. What is looked at first is what a stranger can do least harm
 * with: the host's name, the path, the method, the token, the site the request comes from.
 */
final class PageHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(PageHandler.class);
    private static final HttpFields SECURITY = HttpFields.from(
            new HttpField(HttpHeader.CACHE_CONTROL, "no-store"),
            new HttpField("X-Content-Type-Options", "nosniff"),
            new HttpField("X-Frame-Options", "DENY"),
            new HttpField("Referrer-Policy", "no-referrer"),
            new HttpField("Cross-Origin-Resource-Policy", "same-origin"),
            new HttpField("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"));

    private final Access access;
    private final HostCheck hosts;
    private final boolean loopback;
    private final OpenConnections connections;
    private final HttpMetrics metrics;
    private final Map<String, Served> pages = new LinkedHashMap<>();

    private record Served(Role role, SharedPage page) {}

    PageHandler(HttpConfig config, List<Route> routes, OpenConnections connections, HttpMetrics metrics) {
        this.connections = connections;
        this.metrics = metrics;
        access = new Access(config);
        hosts = new HostCheck(config);
        loopback = config.isLoopback();
        routes.forEach(route -> pages.put(route.path(), new Served(route.role(), new SharedPage(route.page()))));
    }

    /** The headers of every answer. */
    static void secure(Response response) {
        response.getHeaders().add(SECURITY);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        metrics.count(HttpCounter.REQUESTS);
        connections.used(request.getConnectionMetaData().getConnection());
        secure(response);
        Served served = pages.get(request.getHttpURI().getCanonicalPath());
        Page.Answer refusal = refusal(request, response, served);
        if (refusal != null) {
            write(response, callback, refusal);
            return true;
        }
        CompletableFuture<Page.Answer> answer = served.page().answer();
        answer.whenComplete((page, failure) -> write(response, callback, failure == null ? page : failed(failure)));
        return true;
    }

    private Page.Answer refusal(Request request, Response response, Served served) {
        boolean isProbe = !loopback && served != null && served.role() == Role.ANYONE;
        if (!isProbe && !hosts.isOurs(request.getHttpURI().getHost())) {
            metrics.count(HttpCounter.FORBIDDEN);
            return Page.Answer.text(
                    421, "this server does not know the host's name it was asked for; add it to http.hosts\n");
        }
        if (served == null) {
            return Page.Answer.text(404, "not found; there are " + String.join(" ", pages.keySet()) + "\n");
        }
        String method = request.getMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            response.getHeaders().put(HttpHeader.ALLOW, "GET, HEAD");
            return Page.Answer.text(405, "only GET and HEAD\n");
        }
        return forbidden(request, response, served.role());
    }

    private Page.Answer forbidden(Request request, Response response, Role needed) {
        if (needed == Role.ANYONE) {
            return null;
        }
        Role role = access.of(request.getHeaders().get(HttpHeader.AUTHORIZATION));
        if (role == Role.ANYONE) {
            metrics.count(HttpCounter.UNAUTHORIZED);
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"Ringsight\", charset=\"UTF-8\"");
            return Page.Answer.text(401, "this takes a token (http.auth): as Bearer, or as the password\n");
        }
        if (!role.allows(needed) || isOfAnotherSite(request)) {
            metrics.count(HttpCounter.FORBIDDEN);
            return Page.Answer.text(
                    403,
                    role.allows(needed)
                            ? "this is not given to pages of other sites\n"
                            : "this takes the operator's token\n");
        }
        return null;
    }

    /** As browsers say: a link that somebody follows is no such request. */
    private static boolean isOfAnotherSite(Request request) {
        String site = request.getHeaders().get("Sec-Fetch-Site");
        boolean elsewhere = "cross-site".equals(site) || "same-site".equals(site);
        return elsewhere && !"navigate".equals(request.getHeaders().get("Sec-Fetch-Mode"));
    }

    private Page.Answer failed(Throwable failure) {
        metrics.count(HttpCounter.PAGE_FAILURES);
        LOG.error("a page failed", failure);
        return Page.Answer.text(HttpStatus.INTERNAL_SERVER_ERROR_500, "this page failed; see the log\n");
    }

    /** Waits for no client. */
    private static void write(Response response, Callback callback, Page.Answer answer) {
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, answer.body().length);
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }
}
