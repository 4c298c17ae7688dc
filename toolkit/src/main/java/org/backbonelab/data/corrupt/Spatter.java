package org.backbonelab.data.corrupt;

import java.util.random.RandomGenerator;

/** Drops of water or mud on the lens. */
final class Spatter {
    private static final double[] WATER = {175 / 255.0, 238 / 255.0, 238 / 255.0};
    private static final double[] MUD = {63 / 255.0, 42 / 255.0, 20 / 255.0};
    private static final Grid RELIEF = new Grid(new double[] {-2, -1, 0, -1, 1, 1, 0, 1, 2}, 3, 3);
    /** Pixels of an edge's distance beyond which all is far. */
    private static final double FAR = 20;
    /** Mud thinner than this is not seen. */
    private static final double THIN = 0.8;

    private Spatter() {}

    /**
     * Noise N(c[0], c[1]) smoothed with sigma c[2] is liquid where it is c[3] or more: water of strength c[4], or if
     * c[5] is 1 mud whose edges are smoothed with sigma c[4].
     */
    static void spatter(Canvas x, double[] c, RandomGenerator random) {
        Grid liquid = Grid.drawn(x.height(), x.width(), () -> c[0] + c[1] * random.nextGaussian())
                .gaussian(c[2], Blur.TRUNCATE, Border.NEAREST);
        for (int i = 0; i < x.plane(); i++) {
            liquid.values()[i] = liquid.values()[i] < c[3] ? 0 : liquid.values()[i];
        }
        x.inColour(colour -> {
            if (c[5] == 0) {
                water(colour, liquid, c[4]);
            } else {
                mud(colour, liquid, c[3], c[4]);
            }
        });
    }

    /** Water is bright by its depth, and by a relief of the distance to the drops' edges. */
    private static void water(Canvas x, Grid liquid, double strength) {
        Grid depth = bytes(liquid, 255);
        Grid relief = relief(Edges.distance(Edges.find(depth, 50, 150)));
        double max = 0;
        for (int i = 0; i < x.plane(); i++) {
            depth.values()[i] *= relief.values()[i];
            max = Math.max(max, depth.values()[i]);
        }
        for (int i = 0; i < x.plane(); i++) {
            double m = max == 0 ? 0 : depth.values()[i] / max * strength;
            for (int c = 0; c < 3; c++) {
                x.channels()[c].values()[i] += m * WATER[c];
            }
        }
    }

    private static Grid relief(Grid distance) {
        Grid near = distance.copy();
        for (int i = 0; i < near.values().length; i++) {
            near.values()[i] = Math.min(FAR, near.values()[i]);
        }
        Grid even = equalized(bytes(near.correlated(box()), 1));
        Grid lit = even.correlated(RELIEF);
        for (int i = 0; i < lit.values().length; i++) {
            lit.values()[i] = Math.max(0, Math.min(255, lit.values()[i]));
        }
        Grid smooth = lit.correlated(box());
        for (int i = 0; i < smooth.values().length; i++) {
            smooth.values()[i] = Math.rint(smooth.values()[i]);
        }
        return smooth;
    }

    private static Grid box() {
        Grid out = Grid.zeros(3, 3);
        java.util.Arrays.fill(out.values(), 1 / 9.0);
        return out;
    }

    private static Grid bytes(Grid grid, double scale) {
        Grid out = grid.copy();
        for (int i = 0; i < out.values().length; i++) {
            // As C does: cut, and of more than a byte the lowest eight bits.
            out.values()[i] = (int) (out.values()[i] * scale + 1e-9) & 0xff;
        }
        return out;
    }

    /** Spreads bytes so that all are about as frequent, as {@code cv2.equalizeHist}. */
    private static Grid equalized(Grid bytes) {
        int[] count = new int[256];
        for (double v : bytes.values()) {
            count[(int) v]++;
        }
        int first = 0;
        while (count[first] == 0) {
            first++;
        }
        int total = bytes.values().length;
        if (count[first] == total) {
            return bytes;
        }
        double[] table = new double[256];
        long sum = 0;
        for (int v = first + 1; v < 256; v++) {
            sum += count[v];
            table[v] = Math.rint(sum * (255.0 / (total - count[first])));
        }
        Grid out = bytes.copy();
        for (int i = 0; i < total; i++) {
            out.values()[i] = table[(int) out.values()[i]];
        }
        return out;
    }

    private static void mud(Canvas x, Grid liquid, double threshold, double sigma) {
        Grid mask = liquid.copy();
        for (int i = 0; i < x.plane(); i++) {
            mask.values()[i] = liquid.values()[i] > threshold ? 1 : 0;
        }
        Grid smooth = mask.gaussian(sigma, Blur.TRUNCATE, Border.NEAREST);
        for (int i = 0; i < x.plane(); i++) {
            double m = smooth.values()[i] < THIN ? 0 : smooth.values()[i];
            for (int c = 0; c < 3; c++) {
                double[] values = x.channels()[c].values();
                values[i] = values[i] * (1 - m) + MUD[c] * m;
            }
        }
    }
}
