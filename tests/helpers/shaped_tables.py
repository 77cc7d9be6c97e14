"""Small tables with the columns of well-known ones, and what is to be seen in them.

The names of columns, their order and the oddities are those of the public files. The
molecules are the demo's, and the labels follow from the structure, so that there is
something to learn.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from random import Random

from rdkit import Chem, rdBase
from rdkit.Chem import Crippen, Descriptors, rdMolDescriptors

from toxtune.data.demo import demo_csv


@dataclass(frozen=True)
class ShapedTable:
    """A table, and what a look at it should find.

    Attributes
    ----------
    name
        What the file is called, with its ending.
    content
        The bytes of the file.
    smiles, tasks, task_type
        The column of the SMILES, the columns of the labels, and what they are.
    id
        The column that identifies a row, if one does.
    """

    name: str
    content: bytes
    smiles: str
    tasks: list[str]
    task_type: str
    id: str | None = None
    others: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> Path:
        """Write the file to a folder, and return its path."""
        path = folder / self.name
        path.write_bytes(self.content)
        return path


@lru_cache
def molecules(count: int) -> tuple[str, ...]:
    """Return SMILES of the first molecules of the demo, each once."""
    found: dict[str, str] = {}
    with rdBase.BlockLogs():
        for row in csv.DictReader(io.StringIO(demo_csv())):
            molecule = Chem.MolFromSmiles(row["smiles"])
            if molecule is not None:
                found.setdefault(Chem.MolToSmiles(molecule), row["smiles"])
    return tuple(found.values())[:count]


def logp(smiles: str) -> float:
    return Crippen.MolLogP(Chem.MolFromSmiles(smiles))


def mass(smiles: str) -> float:
    return Descriptors.MolWt(Chem.MolFromSmiles(smiles))


def polar_area(smiles: str) -> float:
    return rdMolDescriptors.CalcTPSA(Chem.MolFromSmiles(smiles))


def above_middle(values: Sequence[float]) -> list[int]:
    """Return 1 for the upper half of values and 0 for the others."""
    middle = sorted(values)[len(values) // 2]
    return [int(value >= middle) for value in values]


def table(header: Sequence[str], rows: Sequence[Sequence[object]], **settings) -> bytes:
    """Spell a table as CSV."""
    stream = io.StringIO()
    encoding = settings.pop("encoding", "utf-8")
    writer = csv.writer(stream, lineterminator="\r\n", **settings)
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


def bbbp() -> ShapedTable:
    """Blood-brain barrier penetration: names with commas, salts, and bad SMILES."""
    smiles = list(molecules(110))
    labels = above_middle([-polar_area(each) for each in smiles])
    smiles[7] = f"[Cl].{smiles[7]}"
    smiles[8] = f"{smiles[8]}.Cl"
    # What RDKit refuses in the public file: a nitrogen with four bonds and no charge.
    smiles[30] = "O=N([O-])C1=C(CN=C1NCCSCc2ncccc2)Cc3ccccc3"
    smiles[31] = "c1(nc(NC(N)=[NH2])sc1)CSCCNC(=[NH]C#N)NC"
    names = [f"compound, {number}" for number in range(len(smiles))]
    names[4] = '4-("quoted")-acid, (2S)-'
    names[9] = names[8]
    rows = [
        [number, name, label, each]
        for number, (name, label, each) in enumerate(
            zip(names, labels, smiles, strict=True), start=1
        )
    ]
    return ShapedTable(
        name="BBBP.csv",
        content=table(["num", "name", "p_np", "smiles"], rows),
        smiles="smiles",
        tasks=["p_np"],
        task_type="binary",
        others=["num", "name"],
    )


def bace(width: int = 300) -> ShapedTable:
    """Inhibitors of beta-secretase: classes, values, a split, and many descriptors."""
    smiles = molecules(120)
    random = Random(0)
    potency = [5 + logp(each) / 2 + random.random() for each in smiles]
    active = above_middle(potency)
    named = ["MW", "AlogP", "HBA", "HBD", "RB", "PSA", "Estate", "MR", "Polar"]
    keys = [f"s{'abcdefghij'[n % 10]}{n}_Key" for n in range(width - len(named))]
    rows = []
    for number, each in enumerate(smiles):
        molecule = Chem.MolFromSmiles(each)
        values = [
            round(mass(each), 5),
            round(logp(each), 4),
            rdMolDescriptors.CalcNumHBA(molecule),
            rdMolDescriptors.CalcNumHBD(molecule),
            rdMolDescriptors.CalcNumRotatableBonds(molecule),
            round(polar_area(each), 2),
            *(round(50 * random.random(), 4) for _ in range(3)),
            # Counts of atoms: many look like classes, some are always 0.
            *(int(random.random() * (n % 6)) for n in range(len(keys))),
        ]
        # The public file has 13% of its molecules in Train.
        model = "Train" if number % 8 == 0 else "Valid" if number % 30 == 1 else "Test"
        rows.append(
            [each, f"BACE_{number + 1}", active[number], model]
            + [round(potency[number], 7), *values, number]
        )
    header = ["mol", "CID", "Class", "Model", "pIC50", *named, *keys, "canvasUID"]
    return ShapedTable(
        name="bace.csv",
        content=table(header, rows),
        smiles="mol",
        tasks=["Class"],
        task_type="binary",
        id="CID",
        others=["Model", "pIC50", "MW", "canvasUID"],
    )


def clintox() -> ShapedTable:
    """Clinical toxicity: two tasks that hardly any molecule differs in."""
    smiles = molecules(150)
    highest = sorted(map(logp, smiles))[-13]
    toxic = [int(logp(each) > highest) for each in smiles]
    rows = [[each, 1 - label, label] for each, label in zip(smiles, toxic, strict=True)]
    return ShapedTable(
        name="clintox.csv",
        content=table(["smiles", "FDA_APPROVED", "CT_TOX"], rows),
        smiles="smiles",
        tasks=["FDA_APPROVED", "CT_TOX"],
        task_type="binary",
    )


SIDE_EFFECTS = [
    "Hepatobiliary disorders",
    "Metabolism and nutrition disorders",
    "Product issues",
    "Eye disorders",
    "Investigations",
    "Musculoskeletal and connective tissue disorders",
    "Gastrointestinal disorders",
    "Social circumstances",
    "Immune system disorders",
    "Reproductive system and breast disorders",
    "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
    "General disorders and administration site conditions",
    "Endocrine disorders",
    "Surgical and medical procedures",
    "Vascular disorders",
    "Blood and lymphatic system disorders",
    "Skin and subcutaneous tissue disorders",
    "Congenital, familial and genetic disorders",
    "Infections and infestations",
    "Respiratory, thoracic and mediastinal disorders",
    "Psychiatric disorders",
    "Renal and urinary disorders",
    "Pregnancy, puerperium and perinatal conditions",
    "Ear and labyrinth disorders",
    "Cardiac disorders",
    "Nervous system disorders",
    "Injury, poisoning and procedural complications",
]


def sider() -> ShapedTable:
    """Side effects: 27 tasks with long names that have commas."""
    smiles = molecules(100)
    random = Random(1)
    middle = sorted(map(polar_area, smiles))[50]
    rows = []
    for each in smiles:
        labels = [
            int((polar_area(each) > middle) ^ (random.random() < 0.02 * number))
            for number in range(len(SIDE_EFFECTS))
        ]
        # As in the public file, an effect that hardly any drug has.
        labels[2] = int(random.random() < 0.03)
        rows.append([each, *labels])
    return ShapedTable(
        name="sider.csv",
        content=table(["smiles", *SIDE_EFFECTS], rows),
        smiles="smiles",
        tasks=SIDE_EFFECTS,
        task_type="binary",
    )


def lipophilicity() -> ShapedTable:
    """Octanol/water distribution: an id, the value, the structure."""
    random = Random(2)
    rows = [
        [f"CHEMBL{596271 + 7 * n}", round(logp(each) + random.random() / 2, 2), each]
        for n, each in enumerate(molecules(120))
    ]
    return ShapedTable(
        name="Lipophilicity.csv",
        content=table(["CMPD_CHEMBLID", "exp", "smiles"], rows),
        smiles="smiles",
        tasks=["exp"],
        task_type="regression",
        id="CMPD_CHEMBLID",
    )


def freesolv() -> ShapedTable:
    """Hydration free energy: names with commas, the measured value, and a computed."""
    random = Random(3)
    rows = []
    for number, each in enumerate(molecules(90)):
        value = -polar_area(each) / 10 + random.random()
        name = f"{number},3-dimethyl-[1,3]dioxane"
        rows.append([name, each, round(value, 2), round(value + random.random(), 3)])
    return ShapedTable(
        name="SAMPL.csv",
        content=table(["iupac", "smiles", "expt", "calc"], rows),
        smiles="smiles",
        tasks=["expt"],
        task_type="regression",
        id="iupac",
        others=["calc"],
    )


def delaney() -> ShapedTable:
    """Solubility: a prediction and descriptors beside what was measured."""
    header = [
        "Compound ID",
        "ESOL predicted log solubility in mols per litre",
        "Minimum Degree",
        "Molecular Weight",
        "Number of H-Bond Donors",
        "Number of Rings",
        "Number of Rotatable Bonds",
        "Polar Surface Area",
        "measured log solubility in mols per litre",
        "smiles",
    ]
    random = Random(4)
    rows = []
    for number, each in enumerate(molecules(130)):
        molecule = Chem.MolFromSmiles(each)
        value = 0.5 - logp(each)
        rows.append(
            [
                f"compound {number}",
                round(value, 3),
                1,
                round(mass(each), 3),
                rdMolDescriptors.CalcNumHBD(molecule),
                rdMolDescriptors.CalcNumRings(molecule),
                rdMolDescriptors.CalcNumRotatableBonds(molecule),
                round(polar_area(each), 2),
                round(value + random.gauss(0, 0.5), 3),
                each,
            ]
        )
    return ShapedTable(
        name="delaney-processed.csv",
        content=table(header, rows),
        smiles="smiles",
        tasks=["measured log solubility in mols per litre"],
        task_type="regression",
        id="Compound ID",
        others=header[1:8],
    )


def hiv() -> ShapedTable:
    """Antiviral screen: words of three classes, and 0 and 1 from them."""
    smiles = molecules(140)
    order = sorted(smiles, key=logp)
    words = dict.fromkeys(order[:-12], "CI") | dict.fromkeys(order[-12:-4], "CM")
    words |= dict.fromkeys(order[-4:], "CA")
    rows = [[each, words[each], int(words[each] != "CI")] for each in smiles]
    return ShapedTable(
        name="HIV.csv",
        content=table(["smiles", "activity", "HIV_active"], rows),
        smiles="smiles",
        tasks=["HIV_active"],
        task_type="binary",
        others=["activity"],
    )


def in_house() -> ShapedTable:
    """A spreadsheet's export, made where a comma is a decimal point.

    Semicolons, Windows-1252, bounds, dates, batches, salts, and an empty column.
    """
    header = ["Substanz-Nr.", "Batch", "Struktur", "Salz", "Datum", "Prüfer"]
    header += ["Löslichkeit [µM]", "Bemerkung", ""]
    random = Random(5)
    rows = []
    for number, each in enumerate(molecules(100)):
        value = max(2.0, 120 - 20 * logp(each) + 10 * random.random())
        spelled = f"{value:.2f}".replace(".", ",")
        if value < 40:
            spelled = "<40"
        is_salt = number % 9 == 0
        rows.append(
            [
                f"XY-{1000 + 3 * number}",
                f"B{number % 3 + 1:03d}",
                f"{each}.Cl" if is_salt else each,
                "HCl" if is_salt else "frei",
                f"{number % 28 + 1:02d}.{number % 12 + 1:02d}.{2016 + number // 12}",
                ("Müller", "Weiß")[number % 2],
                spelled,
                "trüb; filtriert" if number % 20 == 3 else "",
                "",
            ]
        )
    # A second measurement of the first compound, later and of another batch.
    again = [*rows[0]]
    again[1], again[4], again[6] = "B002", "03.03.2025", "77,5"
    return ShapedTable(
        name="Löslichkeit 2025.csv",
        content=table(header, [*rows, again], delimiter=";", encoding="cp1252"),
        smiles="Struktur",
        tasks=["Löslichkeit [µM]"],
        task_type="regression",
        others=["Batch", "Salz", "Datum", "Prüfer", "Bemerkung"],
    )


SHAPES: dict[str, Callable[[], ShapedTable]] = {
    shape.__name__: shape
    for shape in (
        bbbp,
        bace,
        clintox,
        sider,
        lipophilicity,
        freesolv,
        delaney,
        hiv,
        in_house,
    )
}
