package org.backbonelab.data.corrupt;

import java.util.function.DoubleSupplier;

/**
 * One channel of an image, or a layer that is added to one; the operations return new ones.
 *
 * @param values (H, W) in row-major order
 */
record Grid(double[] values, int height, int width) {
    /** Returns an empty one. */
    static Grid zeros(int height, int width) {
        return new Grid(new double[height * width], height, width);
    }

    /** Returns one of drawn values, row by row. */
    static Grid drawn(int height, int width, DoubleSupplier value) {
        Grid out = zeros(height, width);
        for (int i = 0; i < out.values.length; i++) {
            out.values[i] = value.getAsDouble();
        }
        return out;
    }

    /** Returns a copy. */
    Grid copy() {
        return new Grid(values.clone(), height, width);
    }

    /**
     * Blurs with a Gaussian, along y and then along x, as {@code scipy.ndimage.gaussian_filter}.
     *
     * @param sigma in pixels; 0 changes nothing
     * @param truncate how many sigma the kernel reaches
     */
    Grid gaussian(double sigma, double truncate, Border border) {
        int radius = (int) (truncate * sigma + 0.5);
        if (radius == 0) {
            return copy();
        }
        double[] kernel = new double[2 * radius + 1];
        double sum = 0;
        for (int k = 0; k < kernel.length; k++) {
            kernel[k] = Math.exp(-0.5 * (k - radius) * (k - radius) / (sigma * sigma));
            sum += kernel[k];
        }
        for (int k = 0; k < kernel.length; k++) {
            kernel[k] /= sum;
        }
        return alongRows(kernel, radius, border).alongColumns(kernel, radius, border);
    }

    /** Along y: rows are added, each with its weight. */
    private Grid alongRows(double[] kernel, int radius, Border border) {
        Grid out = zeros(height, width);
        for (int y = 0; y < height; y++) {
            for (int k = 0; k < kernel.length; k++) {
                int from = border.index(y + k - radius, height) * width;
                for (int x = 0; x < width; x++) {
                    out.values[y * width + x] += kernel[k] * values[from + x];
                }
            }
        }
        return out;
    }

    /** Along x, from a row with what stands beyond its edges. */
    private Grid alongColumns(double[] kernel, int radius, Border border) {
        Grid out = zeros(height, width);
        int[] index = new int[width + 2 * radius];
        for (int i = 0; i < index.length; i++) {
            index[i] = border.index(i - radius, width);
        }
        double[] row = new double[index.length];
        for (int y = 0; y < height; y++) {
            for (int i = 0; i < row.length; i++) {
                row[i] = values[y * width + index[i]];
            }
            for (int x = 0; x < width; x++) {
                double sum = 0;
                for (int k = 0; k < kernel.length; k++) {
                    sum += kernel[k] * row[x + k];
                }
                out.values[y * width + x] = sum;
            }
        }
        return out;
    }

    /** Sums the pixels around each, with the weights of a kernel of odd sides, as {@code cv2.filter2D}. */
    Grid correlated(Grid kernel) {
        return correlated(kernel, Border.MIRROR);
    }

    /** Sums the pixels around each, with the weights of a kernel of odd sides. */
    Grid correlated(Grid kernel, Border border) {
        Grid out = zeros(height, width);
        for (int k = 0; k < kernel.values.length; k++) {
            double weight = kernel.values[k];
            if (weight != 0) {
                int dy = k / kernel.width - kernel.height / 2;
                int dx = k % kernel.width - kernel.width / 2;
                out.addMoved(this, dy, dx, weight, border);
            }
        }
        return out;
    }

    /**
     * Blurs along a line on one side, as ImageMagick's motion blur: weights of half a Gaussian, pixels in whole steps.
     *
     * @param radius in pixels; the line has 2 radius + 1
     * @param sigma of the weights, in pixels
     * @param degrees direction of the line
     */
    Grid motion(int radius, double sigma, double degrees) {
        int length = 2 * radius + 1;
        double[] weights = new double[length];
        double sum = 0;
        for (int i = 0; i < length; i++) {
            weights[i] = Math.exp(-0.5 * i * i / (sigma * sigma));
            sum += weights[i];
        }
        double sin = Math.sin(Math.toRadians(degrees));
        double cos = Math.cos(Math.toRadians(degrees));
        Grid out = zeros(height, width);
        for (int i = 0; i < length; i++) {
            int dy = (int) Math.ceil(i * sin - 0.5);
            int dx = (int) Math.ceil(i * cos - 0.5);
            out.addMoved(this, dy, dx, weights[i] / sum, Border.NEAREST);
        }
        return out;
    }

    private void addMoved(Grid other, int dy, int dx, double weight, Border border) {
        int[] columns = new int[width];
        for (int x = 0; x < width; x++) {
            columns[x] = border.index(x + dx, width);
        }
        for (int y = 0; y < height; y++) {
            int from = border.index(y + dy, height) * width;
            for (int x = 0; x < width; x++) {
                values[y * width + x] += weight * other.values[from + columns[x]];
            }
        }
    }

    /**
     * Enlarges the centre to the size of the whole, with linear interpolation from edge pixel to edge pixel, as
     * {@code scipy.ndimage.zoom}.
     *
     * @param factor 1 or more
     */
    Grid zoomed(double factor) {
        int partHeight = (int) Math.ceil(height / factor);
        int partWidth = (int) Math.ceil(width / factor);
        int top = (height - partHeight) / 2;
        int left = (width - partWidth) / 2;
        int largeHeight = (int) Math.rint(partHeight * factor);
        int largeWidth = (int) Math.rint(partWidth * factor);
        double stepY = largeHeight > 1 ? (partHeight - 1.0) / (largeHeight - 1) : 0;
        double stepX = largeWidth > 1 ? (partWidth - 1.0) / (largeWidth - 1) : 0;
        int skipY = (largeHeight - height) / 2;
        int skipX = (largeWidth - width) / 2;
        Grid out = zeros(height, width);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                out.values[y * width + x] = at(top + (y + skipY) * stepY, left + (x + skipX) * stepX, Border.NEAREST);
            }
        }
        return out;
    }

    /** Returns the value at a point between the pixels, linear between the four around it. */
    double at(double y, double x, Border border) {
        int y0 = (int) Math.floor(y);
        int x0 = (int) Math.floor(x);
        double dy = y - y0;
        double dx = x - x0;
        int upper = border.index(y0, height) * width;
        int lower = border.index(y0 + 1, height) * width;
        int left = border.index(x0, width);
        int right = border.index(x0 + 1, width);
        double above = values[upper + left] + dx * (values[upper + right] - values[upper + left]);
        double below = values[lower + left] + dx * (values[lower + right] - values[lower + left]);
        return above + dy * (below - above);
    }
}
