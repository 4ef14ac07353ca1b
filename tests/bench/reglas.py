"""The rules over every acta of a country, against one GROUP BY over the same rows."""
import json
import os
import subprocess

from measure import run_json

OPCIONES = 20
REPEAT = 3
LIMIT = 3.0  # times the GROUP BY


def _sql(pg, folder, text, stdin=None):
    return subprocess.run([pg, "psql", folder, "postgres", "-c", text], check=True,
                          stdin=stdin, stdout=subprocess.PIPE, text=True).stdout


def _group_by_s(pg, folder):
    """The best of some runs, in one process, with the rows in memory."""
    columns = ", ".join(f"sum(v{n})" for n in range(OPCIONES))
    plan = _sql(pg, folder, "SET max_parallel_workers_per_gather = 0; SET work_mem = '256MB'; "
                "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) SELECT territorio, seccion, "
                f"count(*), sum(lista), {columns} FROM filas GROUP BY territorio, seccion")
    return json.loads(plan[plan.index("["):])[0]["Execution Time"] / 1000


def _expected(pg, folder):
    """The same sums by hand, so that both sides are seen to do the same work."""
    votes = " + ".join(f"greatest(v{n}, 0)" for n in range(OPCIONES))
    line = _sql(pg, folder, f"""
        SELECT count(*), sum(t), sum(t) FILTER (WHERE NOT especial), sum(lista) FROM
        (SELECT especial, lista, {votes} AS t FROM filas) s
        WHERE t <= CASE WHEN especial THEN 1020 ELSE lista + 20 END""")
    return [int(v) for v in line.strip().split("|")]


def run(root, work, actas, program=None, port="5616"):
    program = program or os.path.join(root, "build/release/bin/prep-bench-reglas")
    pg = os.path.join(root, "tests/system/lib/pg")
    folder = os.path.join(work, "reglas")
    subprocess.run([pg, "start", folder, port, "sin-fsync"], check=True,
                   stdout=subprocess.DEVNULL)
    try:
        votes = ", ".join(f"v{n} int" for n in range(OPCIONES))
        _sql(pg, folder, "CREATE UNLOGGED TABLE filas (territorio int, seccion int, "
             f"especial boolean, lista int, {votes})")
        rows = subprocess.Popen([program, "rows", str(actas)], stdout=subprocess.PIPE)
        _sql(pg, folder, "COPY filas FROM STDIN", rows.stdout)
        if rows.wait() != 0:
            raise SystemExit("reglas rows")
        _sql(pg, folder, "VACUUM ANALYZE filas")
        floor = min(_group_by_s(pg, folder) for _ in range(REPEAT))
        ours = min((run_json(program, "decide", str(actas)) for _ in range(REPEAT)),
                   key=lambda r: r["cpu_s"])
        said = [ours[n] for n in ("contabilizadas", "c_cs", "s_cs", "lista_nominal")]
        if said != _expected(pg, folder):
            raise SystemExit(f"reglas: {said}, and SQL says {_expected(pg, folder)}")
    finally:
        subprocess.run([pg, "destroy", folder], check=True)
    ratio = ours["cpu_s"] / floor
    print(f"reglas    {actas} actas decided and added up at every level: {ours['cpu_s']:.3f} s, "
          f"{ours['peak_mb']:.0f} MB; one GROUP BY {floor:.3f} s; ratio {ratio:.2f} "
          f"(at most {LIMIT:.0f})")
    return {"actas": actas, "group_by_s": floor, "ratio": ratio, "limit": LIMIT, **ours}


if __name__ == "__main__":
    import sys
    import tempfile
    with tempfile.TemporaryDirectory() as scratch:
        os.chmod(scratch, 0o755)
        run(os.path.abspath(os.path.join(os.path.dirname(__file__), "../..")), scratch,
            int(sys.argv[1]), *sys.argv[2:3])
