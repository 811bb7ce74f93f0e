/** TensorRT's library: loading it, its log, its failures, its objects' lives. */
package io.ringsight.core.infer.tensorrt.lib;
