package org.backbonelab.plot;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A picture of at most 256 colours: as a PNG less than half as large, which decides whether a notebook of thirty figures can be read
 * on the web.
 *
 * <p>A picture of no more colours stays as it is. Of one with more, the commonest {@value #EXACT} stay exactly, so that background,
 * text and curves do; the rest, blends at edges and shades of a colour scale, is divided by Heckbert's median cut (SIGGRAPH 1982) and
 * takes the nearest colour there is. The same picture gives the same bytes.
 */
final class PaletteImage {
    private static final int COLOURS = 256;
    private static final int EXACT = 64;

    private PaletteImage() {}

    static BufferedImage of(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
        Map<Integer, Integer> counts = counts(pixels);
        int[] palette = palette(counts);
        Map<Integer, Byte> indices = new HashMap<>();
        counts.keySet().forEach(colour -> indices.put(colour, (byte) nearest(colour, palette)));
        byte[] out = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            boolean again = i > 0 && pixels[i] == pixels[i - 1];
            out[i] = again ? out[i - 1] : indices.get(pixels[i] & 0xffffff);
        }
        IndexColorModel model = new IndexColorModel(8, palette.length, palette, 0, false, -1, 0);
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, model);
        picture.getRaster().setDataElements(0, 0, width, height, out);
        return picture;
    }

    /** Counts by runs: most of a figure is background. */
    private static Map<Integer, Integer> counts(int... pixels) {
        Map<Integer, Integer> out = new TreeMap<>();
        int start = 0;
        for (int i = 1; i <= pixels.length; i++) {
            if (i == pixels.length || pixels[i] != pixels[start]) {
                out.merge(pixels[start] & 0xffffff, i - start, Integer::sum);
                start = i;
            }
        }
        return out;
    }

    private static int[] palette(Map<Integer, Integer> counts) {
        List<Integer> byCount = new ArrayList<>(counts.keySet());
        byCount.sort(Comparator.comparing((Integer colour) -> -counts.get(colour)));
        if (byCount.size() <= COLOURS) {
            return byCount.stream().mapToInt(c -> c).sorted().toArray();
        }
        int[] rest =
                byCount.subList(EXACT, byCount.size()).stream().mapToInt(c -> c).toArray();
        PriorityQueue<Box> boxes = new PriorityQueue<>(
                Comparator.comparingInt((Box box) -> -box.extent).thenComparingInt(box -> box.colours[0]));
        boxes.add(Box.of(rest));
        while (boxes.size() < COLOURS - EXACT) {
            // More colours than boxes: the widest box has two at least.
            boxes.addAll(boxes.remove().halves());
        }
        return IntStream.concat(
                        byCount.subList(0, EXACT).stream().mapToInt(c -> c),
                        boxes.stream().mapToInt(box -> mean(box.colours)))
                .sorted()
                .toArray();
    }

    private static int share(int colour, int channel) {
        return (colour >> (8 * channel)) & 255;
    }

    /** Colours that lie near each other; the channel in which they differ most, and by how much. */
    private record Box(int[] colours, int channel, int extent) {
        static Box of(int... colours) {
            int widest = 0;
            int most = -1;
            for (int channel = 0; channel < 3; channel++) {
                int least = 255;
                int greatest = 0;
                for (int colour : colours) {
                    least = Math.min(least, share(colour, channel));
                    greatest = Math.max(greatest, share(colour, channel));
                }
                if (greatest - least > most) {
                    most = greatest - least;
                    widest = channel;
                }
            }
            return new Box(colours, widest, most);
        }

        List<Box> halves() {
            // By the channel, and by the whole colour among equals.
            long[] keys = Arrays.stream(colours)
                    .mapToLong(c -> ((long) share(c, channel) << 32) | c)
                    .sorted()
                    .toArray();
            int[] sorted = Arrays.stream(keys).mapToInt(k -> (int) k).toArray();
            int middle = sorted.length / 2;
            return List.of(
                    of(Arrays.copyOfRange(sorted, 0, middle)), of(Arrays.copyOfRange(sorted, middle, sorted.length)));
        }
    }

    private static int mean(int... box) {
        int out = 0;
        for (int channel = 2; channel >= 0; channel--) {
            int c = channel;
            out = (out << 8)
                    | (int) Math.round(
                            Arrays.stream(box).map(v -> share(v, c)).average().orElseThrow());
        }
        return out;
    }

    private static int nearest(int colour, int... palette) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < palette.length; i++) {
            int distance = 0;
            for (int channel = 0; channel < 3; channel++) {
                int d = share(colour, channel) - share(palette[i], channel);
                distance += d * d;
            }
            if (distance < least) {
                least = distance;
                best = i;
            }
        }
        return best;
    }
}
