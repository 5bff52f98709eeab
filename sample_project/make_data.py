"""Write data/digits.csv, once: the handwritten digits that come with scikit-learn, one image a line.

1,797 images of 8 x 8 pixels from 0 to 16, then the digit. From the UCI repository's "Optical Recognition of
Handwritten Digits" (Alpaydin and Kaynak, 1998). Needs `pip install scikit-learn`; training does not.
"""

import csv
from pathlib import Path

from sklearn.datasets import load_digits


def main():
    digits = load_digits()
    path = Path(__file__).resolve().parent / "data" / "digits.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*(f"pixel_{row}_{column}" for row in range(8) for column in range(8)), "digit"])
        for pixels, digit in zip(digits.data.astype(int).tolist(), digits.target.tolist(), strict=True):
            writer.writerow([*pixels, digit])


if __name__ == "__main__":
    main()
