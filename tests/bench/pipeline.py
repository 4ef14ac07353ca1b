"""One night of N actas through every daemon, against the floor of its events."""
import subprocess
import time

from measure import Cpu, Night, peak_mb, run_json

# What the events of one plain acta need. Acopio, imagen, two capturas and a verificacion
# are signed once each; the two that cross from a CATD are verified at the CCV, once. Each
# is a row of the ledger, and the acta has one row of its own. (Acuses are signed and
# verified once a batch and so are left out: it makes the floor lower, not higher.)
EVENTS = 5
SIGNED = 5
VERIFIED = 2
ROWS = EVENTS + 1
LIMIT_ROWS = 100000
CHAIN_EVENTS = 50000
PASSES = 3


def copy_us(night, limits, rows):
    """CPU per COPY'd row, of client and server together; the least of some passes."""
    best = None
    for _ in range(PASSES):
        cpu = Cpu({"PostgreSQL": night.pids()["PostgreSQL"]})
        done = run_json(limits, "copy", night.conninfo(), str(rows))
        total = cpu.spent()["PostgreSQL"] + done["client_cpu_s"]
        best = total if best is None else min(best, total)
    return best * 1e6 / rows


def run(root, work, actas):
    night = Night(root, work, actas)
    limits = f"{night.bin}/prep-bench-limits"
    try:
        crypto = [run_json(limits, "crypto") for _ in range(PASSES)]
        sign_us = min(c["sign_us"] for c in crypto)
        verify_us = min(c["verify_us"] for c in crypto)
        row_us = copy_us(night, limits, LIMIT_ROWS)
        chain = min((run_json(limits, "chain", night.conninfo(), str(CHAIN_EVENTS))
                     for _ in range(PASSES)), key=lambda c: c["wall_s"])
        floor_us = SIGNED * sign_us + VERIFIED * verify_us + ROWS * row_us

        night.shell("night_start_all")
        pids = night.pids()
        cpu = Cpu(pids)
        start = time.monotonic()
        subprocess.run([f"{night.bin}/prep-simulacro", "corre", night.election, "--config",
                        f"{night.folder}/simulacro.yaml", "--velocidad", "0", "--errores", "0"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.monotonic() - start
        spent = cpu.spent()
        peaks = {name: peak_mb(pid) for name, pid in pids.items() if name != "PostgreSQL"}
        events = int(night.sql("SELECT count(*) FROM libro WHERE acta > 0"))
    finally:
        night.stop()

    total_us = sum(spent.values()) * 1e6 / actas
    chain_actas = CHAIN_EVENTS / chain["wall_s"] / EVENTS
    print(f"\nPIPELINE, {actas} actas, {events} events, fsync on")
    print(f"  floor of an acta: {SIGNED} x sign {sign_us:.1f} + {VERIFIED} x verify "
          f"{verify_us:.1f} + {ROWS} x row COPY'd {row_us:.1f} = {floor_us:.0f} us CPU")
    print(f"  {'process':22} {'CPU us/acta':>12} {'CPU s per 10k':>14} {'peak MB':>9}")
    for name, seconds in spent.items():
        print(f"  {name:22} {seconds * 1e6 / actas:12.0f} {seconds * 1e4 / actas:14.2f} "
              f"{peaks.get(name, 0):9.1f}")
    print(f"  CPU of an acta, all stages and PostgreSQL: {total_us:.0f} us = "
          f"{total_us / floor_us:.2f} x the floor (target 2.5)")
    print(f"  {actas / wall:.0f} actas/s with the people simulated on the same cores; bare "
          f"chain {chain_actas:.0f} actas/s: ratio {actas / wall / chain_actas:.2f}")
    return {"actas": actas, "sign_us": sign_us, "verify_us": verify_us, "row_us": row_us,
            "floor_us": floor_us, "cpu_us": total_us, "ratio": total_us / floor_us,
            "spent_s": spent, "peak_mb": peaks, "wall_s": wall,
            "chain_actas_per_s": chain_actas}
