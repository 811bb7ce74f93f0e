/** Posts messages to a web server, signed and one after the other. */
package io.ringsight.sinks.webhook;
