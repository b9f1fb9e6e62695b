"""What the tests read in `/metrics`: which numbers have changed, and by how much."""

from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

Series = tuple[str, dict[str, str]]


def read(text: str) -> list[tuple[str, dict[str, str], float]]:
    """Return name, labels and value of each series, as Prometheus reads them."""
    families = text_string_to_metric_families(text)
    return [(each.name, each.labels, each.value) for family in families for each in family.samples]


def value(text: str, name: str) -> float:
    """Return the sum of all series of a name."""
    return sum(number for found, _, number in read(text) if found == name)


class Scraper:
    """Reads the numbers when it is made, and says later what is new."""

    def __init__(self, scrape: Callable[[], str]) -> None:
        self._scrape = scrape
        self._before = self._series()

    def _series(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        return {
            (name, tuple(sorted(labels.items()))): number
            for name, labels, number in read(self._scrape())
        }

    def new(self, name: str, *labels: str) -> dict[tuple[str, ...], float]:
        """Return by how much each series of a name has grown: by the values of these labels."""
        return {
            tuple(dict(found)[label] for label in labels): number - self._before.get(key, 0)
            for key, number in self._series().items()
            for _, found in [key]
            if key[0] == name and number != self._before.get(key, 0)
        }

    def requests(self) -> dict[tuple[str, ...], float]:
        """Return how many requests were counted since, by method, route and status."""
        return self.new("http_requests_total", "method", "route", "status")
