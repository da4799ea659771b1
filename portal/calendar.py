"""Working days (G-05): the State Council's announcements, and an honest guess for years not announced yet."""

from datetime import date, timedelta

import chinese_calendar

_LUNAR = {  # new year's day, dragon boat, mid-autumn by the almanac, for years the announcements do not cover
    2027: (date(2027, 2, 6), date(2027, 6, 9), date(2027, 9, 15)),
    2028: (date(2028, 1, 26), date(2028, 5, 28), date(2028, 10, 3)),
    2029: (date(2029, 2, 13), date(2029, 6, 16), date(2029, 9, 22)),
    2030: (date(2030, 2, 3), date(2030, 6, 5), date(2030, 9, 12)),
}


def _tomb_sweeping(year: int) -> date:
    years = year % 100
    return date(year, 4, int(years * 0.2422 + 4.81) - years // 4)


def statutory_days(year: int) -> frozenset[date]:
    """The days off by law (State Council decree 795, 2025), without the swaps of weekends an announcement adds."""
    days = {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), _tomb_sweeping(year)}
    days |= {date(year, 10, day) for day in (1, 2, 3)}
    if year in _LUNAR:
        new_year, dragon_boat, mid_autumn = _LUNAR[year]
        days |= {new_year + timedelta(days=shift) for shift in (-1, 0, 1, 2)}
        days |= {dragon_boat, mid_autumn}
    return frozenset(days)


class Calendar:
    """Says of a day whether it is a working day, and whether that is announced."""

    def announced(self, day: date) -> bool:
        """Whether the year's calendar has been announced; if not, a deadline built on it is provisional (暂定)."""
        try:
            chinese_calendar.is_workday(day)
        except NotImplementedError:
            return False
        return True

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day."""
        if self.announced(day):
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < 5 and day not in statutory_days(day.year)


STATE_COUNCIL = Calendar()
