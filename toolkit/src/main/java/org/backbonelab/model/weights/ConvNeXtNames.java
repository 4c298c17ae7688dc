package org.backbonelab.model.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Gives the tensors of the authors' files of ConvNeXt V1 and V2 (facebookresearch) timm's names and axes.
 *
 * <p>V2's pre-training (FCMAE) keeps its encoder beneath {@code encoder.}, beside a decoder. Where the encoder was one of
 * sparse convolutions, its layers hold kernels (positions, in, out), or (positions, channels) of a depthwise one, whose
 * positions count down the columns: MinkowskiEngine lets the first coordinate, the row, change fastest.
 */
final class ConvNeXtNames {
    private static final String ENCODER = "encoder.";
    private static final String KERNEL = ".kernel";
    private static final Pattern DECODER = Pattern.compile("mask_token|(?:proj|decoder|pred)\\..*");

    private ConvNeXtNames() {}

    /** Tells whether a file is of this layout; UniRepLKNet has the first of the two names too. */
    static boolean fit(Map<String, StoredTensor> tensors) {
        String prefix = prefix(tensors);
        return tensors.containsKey(prefix + "downsample_layers.0.0.weight")
                && (tensors.containsKey(prefix + "stages.0.0.pwconv1.weight")
                        || tensors.containsKey(prefix + "stages.0.0.pwconv1.linear.weight"));
    }

    private static String prefix(Map<String, StoredTensor> tensors) {
        return tensors.containsKey(ENCODER + "downsample_layers.0.0.weight") ? ENCODER : "";
    }

    /** Tells whether a tensor, by timm's name or the authors', is of the decoder of FCMAE. */
    static boolean isDecoder(String name) {
        return DECODER.matcher(name).matches();
    }

    /**
     * Returns the tensors by timm's names.
     *
     * @throws WeightException if two names of the file become one
     */
    static Map<String, StoredTensor> toTimm(Map<String, StoredTensor> tensors) {
        String prefix = prefix(tensors);
        Map<String, StoredTensor> out = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            String own = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            boolean sparse = own.endsWith(KERNEL);
            if (out.put(name(own), sparse ? dense(tensor) : tensor) != null) {
                throw new WeightException("\"" + name + "\" is in the file under another name too; leave out one");
            }
        });
        return out;
    }

    private static String name(String authors) {
        return authors.replaceFirst("^downsample_layers\\.0\\.", "stem.")
                .replaceFirst("^downsample_layers\\.(\\d+)\\.", "stages.$1.downsample.")
                .replaceFirst("^stages\\.(\\d+)\\.(\\d+)\\.", "stages.$1.blocks.$2.")
                .replaceFirst("\\.kernel$", ".weight")
                .replaceFirst("\\.(?:ln|linear)\\.(weight|bias)$", ".$1")
                .replace(".dwconv.", ".conv_dw.")
                .replace(".pwconv", ".mlp.fc")
                .replace(".grn.gamma", ".mlp.grn.weight")
                .replace(".grn.beta", ".mlp.grn.bias")
                .replaceFirst("^norm\\.", "head.norm.")
                .replaceFirst("^head\\.(weight|bias)$", "head.fc.$1");
    }

    /** Returns the kernel as (out, in, rows, columns); one that is none stays, for its shape to be told. */
    private static StoredTensor dense(StoredTensor kernel) {
        int rank = kernel.shape().dimension();
        long positions = rank == 0 ? 0 : kernel.shape().get(0);
        long side = Math.round(Math.sqrt((double) positions));
        if (rank < 2 || rank > 3 || side * side != positions) {
            return kernel;
        }
        long out = kernel.shape().get(rank - 1);
        long in = rank == 3 ? kernel.shape().get(1) : 1;
        // Columns come before rows here.
        return kernel.reshape(side, side, in, out).permute(3, 2, 1, 0);
    }
}
