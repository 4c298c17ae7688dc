package org.backbonelab.data.corrupt;

import java.util.ArrayDeque;

/** Edges of an image of bytes and how far they are, as OpenCV finds them. */
final class Edges {
    /** Tangent of 22.5 degrees: the border between horizontal and diagonal gradients. */
    private static final double TAN = Math.tan(Math.PI / 8);
    /** Lengths of a step, a diagonal and a knight's move in OpenCV's distances of mask size 5. */
    private static final double[] STEPS = {1, 1.4, 2.1969};

    private static final double UNKNOWN = 8192;

    private final Grid dx;
    private final Grid dy;
    private final double[] magnitude;
    private final int height;
    private final int width;

    private Edges(Grid image) {
        dx = image.correlated(new Grid(new double[] {-1, 0, 1, -2, 0, 2, -1, 0, 1}, 3, 3), Border.NEAREST);
        dy = image.correlated(new Grid(new double[] {-1, -2, -1, 0, 0, 0, 1, 2, 1}, 3, 3), Border.NEAREST);
        height = image.height();
        width = image.width();
        magnitude = new double[height * width];
        for (int i = 0; i < magnitude.length; i++) {
            magnitude[i] = Math.abs(dx.values()[i]) + Math.abs(dy.values()[i]);
        }
    }

    /**
     * Canny's edges (PAMI 1986) of Sobel gradients in L1 norm: ridges of more than {@code high}, and ridges of more than
     * {@code low} that touch one.
     *
     * @return 1 on edges, else 0
     */
    static Grid find(Grid image, double low, double high) {
        Edges edges = new Edges(image);
        Grid out = Grid.zeros(edges.height, edges.width);
        ArrayDeque<Integer> open = new ArrayDeque<>();
        for (int i = 0; i < edges.magnitude.length; i++) {
            if (edges.magnitude[i] > high && edges.isRidge(i)) {
                out.values()[i] = 1;
                open.add(i);
            }
        }
        while (!open.isEmpty()) {
            int i = open.poll();
            for (int k = 0; k < 9; k++) {
                int y = i / edges.width + k / 3 - 1;
                int x = i % edges.width + k % 3 - 1;
                int j = y * edges.width + x;
                if (edges.at(y, x) > low && out.values()[j] == 0 && edges.isRidge(j)) {
                    out.values()[j] = 1;
                    open.add(j);
                }
            }
        }
        return out;
    }

    private double at(int y, int x) {
        return y < 0 || x < 0 || y >= height || x >= width ? 0 : magnitude[y * width + x];
    }

    /** Tells whether none of the two neighbours along the gradient is stronger. */
    private boolean isRidge(int i) {
        double gx = dx.values()[i];
        double gy = dy.values()[i];
        int y = i / width;
        int x = i % width;
        double m = magnitude[i];
        if (Math.abs(gy) < Math.abs(gx) * TAN) {
            return m > at(y, x - 1) && m >= at(y, x + 1);
        }
        if (Math.abs(gx) < Math.abs(gy) * TAN) {
            return m > at(y - 1, x) && m >= at(y + 1, x);
        }
        int side = gx * gy < 0 ? -1 : 1;
        return m > at(y - 1, x - side) && m > at(y + 1, x + side);
    }

    /** Returns the length of the shortest way to an edge in steps, diagonals and knight's moves (Borgefors, 1986). */
    static Grid distance(Grid edges) {
        int height = edges.height();
        int width = edges.width();
        Grid out = Grid.zeros(height, width);
        for (int i = 0; i < height * width; i++) {
            out.values()[i] = edges.values()[i] == 1 ? 0 : UNKNOWN;
        }
        for (int i = 0; i < height * width; i++) {
            relax(out, i, -1);
        }
        for (int i = height * width - 1; i >= 0; i--) {
            relax(out, i, 1);
        }
        return out;
    }

    /** Looks at the half of the neighbours that a pass has been at already. */
    private static void relax(Grid d, int i, int side) {
        int[][] moves = {{0, 1}, {1, -1}, {1, 0}, {1, 1}, {1, -2}, {1, 2}, {2, -1}, {2, 1}};
        for (int[] move : moves) {
            int y = i / d.width() + side * move[0];
            int x = i % d.width() + side * move[1];
            if (y >= 0 && x >= 0 && y < d.height() && x < d.width()) {
                double step = STEPS[Math.abs(move[0]) + Math.abs(move[1]) - 1];
                d.values()[i] = Math.min(d.values()[i], d.values()[y * d.width() + x] + step);
            }
        }
    }
}
