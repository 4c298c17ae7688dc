package org.backbonelab.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-3, -3",
        "1234567890, 1234567890",
        "71.23456, 71.23",
        "0.05, 0.05",
        "0.000123456, 0.0001235",
        "0.00001, 1e-5",
        "0.000012346, 1.235e-5",
        "12345678.9, 1.235e7",
        "-0.5, -0.5",
        "99.996, 100",
        "NaN, –",
        "Infinity, ∞",
        "-Infinity, -∞"
    })
    void areRoundedToFourDigits(double value, String text) {
        assertEquals(text, Numbers.text(value));
    }
}
