package io.ringsight.app.http;

/**
 * Something to ask for, and where it is.
 *
 * @param method GET (HEAD, too), POST, PATCH or DELETE
 * @param path from the root, begins with a slash; a part in braces is any, and is given to the content by that name
 * @param role who may ask
 * @param content what is there
 */
public record Route(String method, String path, Role role, Content content) {
    /** A page for everybody. */
    public static Route open(String path, Page page) {
        return new Route("GET", path, Role.ANYONE, page);
    }

    /** Something to see. */
    public static Route view(String path, Content content) {
        return new Route("GET", path, Role.VIEWER, content);
    }

    /** Something to have done: once for all who ask at the same time. */
    public static Route operate(String path, Page page) {
        return new Route("POST", path, Role.OPERATOR, page);
    }

    /** Something to have done for each who asks. */
    public static Route change(String method, String path, Content.Taking content) {
        return new Route(method, path, Role.OPERATOR, content);
    }
}
