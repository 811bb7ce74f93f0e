package io.ringsight.app.http;

import io.ringsight.app.config.HttpConfig;
import io.ringsight.app.http.parts.PartOfFile;
import io.ringsight.core.metrics.Counters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
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
    private final Counters<HttpCounter> metrics;
    private final OpenStreams streams;
    private final Routes routes;

    PageHandler(
            HttpConfig config,
            List<Route> routes,
            OpenConnections connections,
            OpenStreams streams,
            Counters<HttpCounter> metrics) {
        this.connections = connections;
        this.streams = streams;
        this.metrics = metrics;
        access = new Access(config);
        hosts = new HostCheck(config);
        loopback = config.isLoopback();
        this.routes = new Routes(routes);
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
        Routes.Found found = routes.find(request.getHttpURI().getCanonicalPath(), request.getMethod())
                .orElse(null);
        Page.Answer refusal = refusal(request, response, found);
        if (refusal != null) {
            write(response, callback, refusal);
        } else {
            answer(found, request, response, callback);
        }
        return true;
    }

    private void answer(Routes.Found found, Request request, Response response, Callback callback) {
        try {
            Content content = found.served().route().content();
            if (content instanceof Content.Answering answering) {
                write(response, callback, answering.answer(query(found, request)));
            } else if (content instanceof Content.Later later) {
                later.answer(query(found, request))
                        .whenCompleteAsync(
                                (page, failure) -> write(response, callback, failure == null ? page : failed(failure)),
                                request.getComponents().getExecutor());
            } else if (content instanceof Content.Taking taking) {
                RequestBody.take(
                        request,
                        taking,
                        query(found, request),
                        (page, failure) -> write(response, callback, failure == null ? page : failed(failure)));
            } else if (content instanceof Content.OfFile file) {
                serve(file.file(query(found, request)), request, response, callback);
            } else if (content instanceof Feed feed) {
                streams.open(feed, query(found, request), request, response, callback);
            } else {
                found.served()
                        .page()
                        .answer()
                        .whenComplete(
                                (page, failure) -> write(response, callback, failure == null ? page : failed(failure)));
            }
        } catch (QueryException e) {
            write(response, callback, e.answer());
        } catch (RuntimeException | Error e) {
            write(response, callback, failed(e));
        }
    }

    private static void serve(Content.Served file, Request request, Response response, Callback callback)
            throws QueryException {
        Map<String, String> headers = new HashMap<>(file.headers());
        headers.put(HttpHeader.CONTENT_TYPE.asString(), file.contentType());
        try {
            PartOfFile.write(file.path(), headers, request, response, callback);
        } catch (IOException removed) {
            throw QueryException.notFound("there was such a file, but it has grown old");
        }
    }

    private static Query query(Routes.Found found, Request request) throws QueryException {
        Map<String, String> values = new HashMap<>(found.values());
        try {
            for (Fields.Field field : Request.extractQueryParameters(request)) {
                if (field.hasMultipleValues() || values.putIfAbsent(field.getName(), field.getValue()) != null) {
                    throw QueryException.wrong("expected each parameter once");
                }
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw QueryException.wrong("expected parameters in UTF-8, percent-encoded");
        }
        return new Query(values);
    }

    private Page.Answer refusal(Request request, Response response, Routes.Found found) {
        Route route = found == null ? null : found.served().route();
        boolean isProbe = !loopback && route != null && route.role() == Role.ANYONE;
        if (!isProbe && !hosts.isOurs(request.getHttpURI().getHost())) {
            metrics.count(HttpCounter.FORBIDDEN);
            return Page.Answer.text(
                    421, "this server does not know the host's name it was asked for; add it to http.hosts\n");
        }
        if (route == null) {
            return Page.Answer.text(404, "not found; there are " + routes.paths() + "\n");
        }
        if (!found.methods().contains(request.getMethod())) {
            response.getHeaders().put(HttpHeader.ALLOW, String.join(", ", found.methods()));
            return Page.Answer.text(405, "only " + String.join(" and ", found.methods()) + "\n");
        }
        return forbidden(request, response, route.role());
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

    /** As browsers say. A link that somebody follows is no such request, but a form that another site sends is. */
    private static boolean isOfAnotherSite(Request request) {
        String site = request.getHeaders().get("Sec-Fetch-Site");
        boolean elsewhere = "cross-site".equals(site) || "same-site".equals(site);
        if (!List.of("GET", "HEAD").contains(request.getMethod())) {
            String origin = request.getHeaders().get(HttpHeader.ORIGIN);
            String authority = request.getHttpURI().getAuthority();
            boolean own =
                    origin == null || origin.equals("http://" + authority) || origin.equals("https://" + authority);
            return elsewhere || !own;
        }
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
        answer.headers().forEach(response.getHeaders()::put);
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }
}
