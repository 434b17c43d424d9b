"""How numbers, dates, times, sums of money and units are said, over num2words and tables."""
