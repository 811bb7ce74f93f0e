/** What people say of verdicts: kept on the disk, and how often they agree. */
package io.ringsight.sinks.review;
