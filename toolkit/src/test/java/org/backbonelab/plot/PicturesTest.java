package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PicturesTest {
    private static final int WHITE = 0xFFFFFFFF;
    private static final int BLACK = 0xFF000000;

    @Test
    void pixelsAreScaledAndCutOff() {
        BufferedImage gray = Pictures.gray(new float[] {0, 0.5f, 2, -1, Float.NaN, 1}, 2, 3, 1);
        assertEquals(BLACK, gray.getRGB(0, 0));
        assertEquals(0xFF808080, gray.getRGB(1, 0));
        assertEquals(WHITE, gray.getRGB(2, 0));
        assertEquals(BLACK, gray.getRGB(0, 1));
        assertEquals(BLACK, gray.getRGB(1, 1));
        assertEquals(0xFF808080, Pictures.gray(new float[] {128}, 1, 1, 255).getRGB(0, 0));
    }

    @Test
    void colourPlanesAreRedGreenBlue() {
        BufferedImage rgb = Pictures.rgb(new float[] {1, 0, 0, 1, 0, 0}, 1, 2, 1);
        assertEquals(0xFFFF0000, rgb.getRGB(0, 0));
        assertEquals(0xFF00FF00, rgb.getRGB(1, 0));
        assertThrows(IllegalArgumentException.class, () -> Pictures.rgb(new float[5], 1, 2, 1));
    }

    @Test
    void gridEnlargesWithoutSmoothing() {
        BufferedImage image = Pictures.gray(new float[] {0, 1, 0, 1}, 2, 2, 1);
        BufferedImage grid = Pictures.grid(List.of(List.of(image, image)), List.of("a", "b"));
        long black = 0;
        for (int x = 0; x < grid.getWidth(); x++) {
            black += grid.getRGB(x, grid.getHeight() / 2 + 12) == BLACK ? 1 : 0;
        }
        assertEquals(112, black, "half of each of two 112 pixel cells, and no grey between");
        BufferedImage captioned = Pictures.grid(List.of(List.of(image, image)), List.of("a", "b"), List.of("boot"));
        assertTrue(captioned.getWidth() > grid.getWidth());
        assertThrows(IllegalArgumentException.class, () -> Pictures.grid(List.of(List.of(image)), List.of("a", "b")));
    }

    @Test
    void pngKeepsThePixels() throws IOException {
        BufferedImage image = Pictures.rgb(new float[] {1, 0, 0.2f}, 1, 1, 1);
        byte[] png = Pictures.png(image);
        assertEquals(image.getRGB(0, 0), Pictures.read(png).getRGB(0, 0));
        assertArrayEquals(png, Pictures.png(image));
    }

    @Test
    void aPaletteKeepsFewColoursAndComesNearToMany() throws IOException {
        BufferedImage few = Pictures.gray(new float[] {0, 0.1f, 0.5f, 1}, 2, 2, 1);
        assertEquals(few.getRGB(1, 0), PaletteImage.of(few).getRGB(1, 0));
        // A plane of two colour scales on white, most of it background.
        BufferedImage many = new BufferedImage(200, 256, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 256; y++) {
            for (int x = 0; x < 200; x++) {
                many.setRGB(x, y, x < 120 ? WHITE : x < 160 ? (y << 16) + x : (y << 8) + 255 - x);
            }
        }
        BufferedImage palette = PaletteImage.of(many);
        assertEquals(256, ((IndexColorModel) palette.getColorModel()).getMapSize());
        int farthest = 0;
        for (int y = 0; y < 256; y++) {
            for (int x = 0; x < 200; x++) {
                for (int shift = 0; shift < 24; shift += 8) {
                    int difference = (many.getRGB(x, y) >> shift & 255) - (palette.getRGB(x, y) >> shift & 255);
                    farthest = Math.max(farthest, Math.abs(difference));
                }
            }
        }
        assertEquals(WHITE, palette.getRGB(7, 7));
        assertTrue(farthest <= 16, "off by " + farthest);
        byte[] png = Pictures.png(palette);
        assertEquals(palette.getRGB(150, 99), Pictures.read(png).getRGB(150, 99));
        assertTrue(png.length < Pictures.png(many).length);
        assertArrayEquals(png, Pictures.png(PaletteImage.of(many)));
    }
}
