"""The rules of NIST SP 1500-100 v2 (JSON binding) for the classes that a PREP uses.

Written from its public documentation (doi.org/10.6028/NIST.SP.1500-100r2): which attributes
each class has, which it must have, what each value may be, and what an identifier may point
at. What is not written here is refused, so a class or attribute that publica starts to use
must be added first.
"""
import datetime
import re

TEXT, COUNT, BOOLEAN, DATE, DATETIME = "text", "count", "boolean", "date", "datetime"


class Uno:  # an object of one of these classes
    def __init__(self, *classes):
        self.classes = classes


class Varios:  # a list of something, at least that many
    def __init__(self, item, least=0):
        self.item, self.least = item, least


class Hacia:  # an identifier of an object of one of these classes
    def __init__(self, *classes):
        self.classes = classes


PARTIES = ("Party", "Coalition")
STATUS = {"completed", "in-process", "not-processed", "unknown"}
ITEM = {"absentee", "absentee-fwab", "absentee-in-person", "absentee-mail", "early",
        "election-day", "other", "provisional", "total", "uocava", "write-in"}
UNIT = {"ballot-batch", "ballot-style-area", "borough", "city", "city-council",
        "combined-precinct", "congressional", "country", "county", "county-council",
        "drop-box", "judicial", "municipality", "other", "polling-place", "precinct",
        "school", "special", "split-precinct", "state", "state-house", "state-senate",
        "town", "township", "utility", "village", "vote-center", "ward", "water"}

# class: (required, optional)
CLASSES = {
    "ElectionReport": (
        {"Format": {"precinct-level", "summary-contest"}, "GeneratedDate": DATETIME,
         "Issuer": TEXT, "IssuerAbbreviation": TEXT, "SequenceStart": COUNT,
         "SequenceEnd": COUNT, "VendorApplicationId": TEXT,
         "Status": {"certified", "correction", "pre-election", "recount",
                    "unofficial-complete", "unofficial-partial"}},
        {"IsTest": BOOLEAN, "TestType": TEXT, "Notes": TEXT,
         "ExternalIdentifier": Varios(Uno("ExternalIdentifier")),
         "GpUnit": Varios(Uno("ReportingUnit")), "Party": Varios(Uno(*PARTIES)),
         "Election": Varios(Uno("Election"))}),
    "ExternalIdentifier": (
        {"Type": {"fips", "local-level", "national-level", "ocd-id", "other",
                  "state-level"}, "Value": TEXT}, {"OtherType": TEXT, "Label": TEXT}),
    "ReportingUnit": (
        {"@id": TEXT, "Type": UNIT},
        {"OtherType": TEXT, "Name": TEXT, "Number": TEXT, "SubUnitsReported": COUNT,
         "TotalSubUnits": COUNT, "CountStatus": Varios(Uno("CountStatus")),
         "ExternalIdentifier": Varios(Uno("ExternalIdentifier")),
         "ComposingGpUnitIds": Varios(Hacia("ReportingUnit"))}),
    "CountStatus": ({"Status": STATUS, "Type": ITEM}, {"OtherType": TEXT}),
    "Party": ({"@id": TEXT, "Name": Uno("InternationalizedText")},
              {"Abbreviation": TEXT}),
    "Coalition": ({"@id": TEXT, "Name": Uno("InternationalizedText")},
                  {"Abbreviation": TEXT, "PartyIds": Varios(Hacia(*PARTIES))}),
    "InternationalizedText": ({"Text": Varios(Uno("LanguageString"), 1)},
                              {"Label": TEXT}),
    "LanguageString": ({"Content": TEXT, "Language": TEXT}, {}),
    "Election": (
        {"ElectionScopeId": Hacia("ReportingUnit"), "StartDate": DATE, "EndDate": DATE,
         "Name": Uno("InternationalizedText"),
         "Type": {"general", "other", "partisan-primary-closed", "partisan-primary-open",
                  "primary", "runoff", "special"}},
        {"Candidate": Varios(Uno("Candidate")), "OtherType": TEXT,
         "Contest": Varios(Uno("CandidateContest"))}),
    "Candidate": (
        {"@id": TEXT, "BallotName": Uno("InternationalizedText")},
        {"PartyId": Hacia(*PARTIES),
         "PreElectionStatus": {"filed", "qualified", "withdrawn", "write-in"}}),
    "CandidateContest": (
        {"@id": TEXT, "Name": TEXT, "VotesAllowed": COUNT,
         "ElectoralDistrictId": Hacia("ReportingUnit")},
        {"VoteVariation": {"1-of-m", "approval", "borda", "cumulative", "majority",
                           "n-of-m", "other", "plurality", "proportional", "range", "rcv",
                           "super-majority"},
         "NumberElected": COUNT, "SubUnitsReported": COUNT, "TotalSubUnits": COUNT,
         "CountStatus": Varios(Uno("CountStatus")),
         "SummaryCounts": Varios(Uno("SummaryCounts")),
         "BallotSelection": Varios(Uno("CandidateSelection"))}),
    "CandidateSelection": (
        {"@id": TEXT, "CandidateIds": Varios(Hacia("Candidate"), 1)},
        {"EndorsementPartyIds": Varios(Hacia(*PARTIES)), "IsWriteIn": BOOLEAN,
         "SequenceOrder": COUNT, "VoteCounts": Varios(Uno("VoteCounts"))}),
    "VoteCounts": ({"Count": COUNT, "Type": ITEM},
                   {"GpUnitId": Hacia("ReportingUnit"), "OtherType": TEXT}),
    "SummaryCounts": (
        {"Type": ITEM},
        {"GpUnitId": Hacia("ReportingUnit"), "OtherType": TEXT, "BallotsCast": COUNT,
         "BallotsRejected": COUNT, "Overvotes": COUNT, "Undervotes": COUNT,
         "WriteIns": COUNT}),
}


class NoCumple(Exception):
    pass


def identificados(value, out):
    """Every @id of the report, with its class; each only once."""
    if isinstance(value, dict):
        if "@id" in value:
            if value["@id"] in out:
                raise NoCumple(f"@id {value['@id']} twice")
            out[value["@id"]] = str(value.get("@type")).removeprefix("ElectionResults.")
        for item in value.values():
            identificados(item, out)
    elif isinstance(value, list):
        for item in value:
            identificados(item, out)
    return out


def valor(value, kind, ids, where):
    if isinstance(kind, Uno):
        objeto(value, kind.classes, ids, where)
    elif isinstance(kind, Varios):
        if not isinstance(value, list) or len(value) < kind.least:
            raise NoCumple(f"{where}: not a list of {kind.least} or more")
        for i, item in enumerate(value):
            valor(item, kind.item, ids, f"{where}[{i}]")
    elif isinstance(kind, Hacia):
        if ids.get(value) not in kind.classes:
            raise NoCumple(f"{where}: {value!r} is {ids.get(value)}, not {kind.classes}")
    elif isinstance(kind, set):
        if value not in kind:
            raise NoCumple(f"{where}: {value!r}")
    elif kind is COUNT:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise NoCumple(f"{where}: {value!r} is not a count")
    elif kind is BOOLEAN:
        if not isinstance(value, bool):
            raise NoCumple(f"{where}: {value!r}")
    else:
        if not isinstance(value, str):
            raise NoCumple(f"{where}: {value!r} is not a text")
        if kind is DATE:
            datetime.date.fromisoformat(value)
        if kind is DATETIME and (datetime.datetime.fromisoformat(value).tzinfo is None
                                 or not re.match(r"^\d{4}-\d\d-\d\dT", value)):
            raise NoCumple(f"{where}: {value!r}")


def objeto(value, classes, ids, where):
    if not isinstance(value, dict):
        raise NoCumple(f"{where}: not an object")
    name = str(value.get("@type", "")).removeprefix("ElectionResults.")
    if name not in classes:
        raise NoCumple(f"{where}: @type {value.get('@type')!r}; one of {classes}")
    required, optional = CLASSES[name]
    for key in required.keys() - value.keys():
        raise NoCumple(f"{where}: {name} without {key}")
    for key, item in value.items():
        kind = required.get(key, optional.get(key))
        if key == "@type":
            continue
        if kind is None:
            raise NoCumple(f"{where}: {name} has no {key}")
        valor(item, kind, ids, f"{where}.{key}")
    if value.get("Type") == "other" and "OtherType" not in value:
        raise NoCumple(f"{where}: Type other without OtherType")


def revisa(report):
    objeto(report, ("ElectionReport",), identificados(report, {}), "report")


def sumas(report):
    """Place -> BallotsCast, where selections, and nulos, add up to it."""
    totals = {}
    for contest in report["Election"][0]["Contest"]:
        votes = {}
        for selection in contest["BallotSelection"]:
            for count in selection["VoteCounts"]:
                votes[count["GpUnitId"]] = votes.get(count["GpUnitId"], 0) + count["Count"]
        for summary in contest["SummaryCounts"]:
            place = summary["GpUnitId"]
            if votes[place] + summary["BallotsRejected"] != summary["BallotsCast"]:
                raise NoCumple(f"{place}: votes do not add up")
            totals[place] = summary["BallotsCast"]
    return totals
