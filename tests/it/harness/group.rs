//! Three members of MySQL's group replication with a single primary, set up as README says.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::Server;
use super::server::{Host, Kind, free_port, kind};
use super::wait;

pub const MEMBERS: usize = 3;

/// Joining, electing and catching up, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Whether a member may take visits: it is the primary in its own eyes and those of a majority, and takes writes.
pub const TAKES_WRITES: &str = "SELECT CAST(@@super_read_only = 0 AND \
    EXISTS (SELECT 1 FROM performance_schema.replication_group_members WHERE member_id = @@server_uuid \
        AND member_state = 'ONLINE' AND member_role = 'PRIMARY') AND \
    (SELECT SUM(member_state <> 'UNREACHABLE') * 2 > COUNT(*) FROM performance_schema.replication_group_members) \
    AS SIGNED) AS number";

const EXECUTED: &str = "SELECT @@GLOBAL.gtid_executed AS name";

const MEMBERS_ONLINE: &str = "SELECT COUNT(*) AS number FROM performance_schema.replication_group_members \
    WHERE member_state = 'ONLINE'";

/// The account by which a member gets what it missed. Each has it by itself: it is no part of what is replicated.
const RECOVERY: &str = "SET SQL_LOG_BIN = 0; \
    CREATE USER repl@'%' IDENTIFIED BY 'repl'; \
    GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, CLONE_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO repl@'%'; \
    SET SQL_LOG_BIN = 1; \
    CHANGE REPLICATION SOURCE TO SOURCE_USER = 'repl', SOURCE_PASSWORD = 'repl' \
        FOR CHANNEL 'group_replication_recovery'";

const BOOTSTRAP: &str = "SET GLOBAL group_replication_bootstrap_group = ON; START GROUP_REPLICATION; \
    SET GLOBAL group_replication_bootstrap_group = OFF";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The group; its members are numbered from 0.
pub struct Group {
    pub members: Vec<Server>,
}

impl Group {
    /// Forms a group on this machine.
    pub fn form() -> Self {
        Self::form_on(&[Host::here(), Host::here(), Host::here()])
    }

    /// Every member but one.
    pub fn others(member: usize) -> Vec<usize> {
        (0..MEMBERS).filter(|other| *other != member).collect()
    }

    /// Forms a group with a member on each host.
    pub fn form_on(hosts: &[Host; MEMBERS]) -> Self {
        assert_eq!(kind(), Kind::Mysql, "group replication is MySQL's: set TEST_DATABASE=mysql");
        let seats: Vec<String> = hosts.iter().map(|host| format!("{}:{}", host.group_address, free_port())).collect();
        let start = |member: usize| {
            let options = options(member, &hosts[member].address, &seats);
            let server =
                Server::start_on(hosts[member].clone(), &options.iter().map(String::as_str).collect::<Vec<_>>());
            server.sql(RECOVERY);
            server
        };
        let members = std::thread::scope(|scope| {
            let starting: Vec<_> = (0..MEMBERS).map(|member| scope.spawn(move || start(member))).collect();
            starting.into_iter().map(|member| member.join().expect("the member starts")).collect()
        });
        let group = Self { members };
        group.bootstrap(0);
        group
    }

    /// Starts every member again after all were killed; none is part of a group then.
    pub fn restart(&mut self) {
        std::thread::scope(|scope| {
            for member in &mut self.members {
                scope.spawn(|| member.restart());
            }
        });
    }

    /// Makes a group of the member `first`, whose data all others take over, and lets them join.
    pub fn bootstrap(&self, first: usize) {
        self.members[first].sql(BOOTSTRAP);
        std::thread::scope(|scope| {
            for (_, member) in self.members.iter().enumerate().filter(|(number, _)| *number != first) {
                scope.spawn(|| member.sql("START GROUP_REPLICATION"));
            }
        });
        self.wait_until_whole();
    }

    /// Waits until every member is there and has caught up.
    pub fn wait_until_whole(&self) {
        let online = |member: &Server| number(member, MEMBERS_ONLINE) == Some(3);
        wait::until("a whole group", PATIENCE, || self.members.iter().all(online).then_some(()));
    }

    /// Waits until `member`, which the others have expelled or lost, is one of them again.
    pub fn rejoin(&self, member: usize) {
        wait::until("a member that is back", PATIENCE, || {
            let server = &self.members[member];
            if is_out(server) {
                // It tries so itself, but again only after five minutes if it is not let in at once.
                let _ = server.try_query(|root| root.batch_execute("STOP GROUP_REPLICATION; START GROUP_REPLICATION"));
            }
            let online = number(server, MEMBERS_ONLINE) == Some(3);
            if !online {
                wait::pass(Duration::from_millis(500));
            }
            online.then_some(())
        });
        self.wait_until_whole();
    }

    /// The primary of a group that is well.
    pub fn primary(&self) -> usize {
        self.wait_for_primary(&[0, 1, 2])
    }

    /// Waits until one of `candidates` takes writes for the group, and returns which. One that is frozen is never asked.
    pub fn wait_for_primary(&self, candidates: &[usize]) -> usize {
        let takes_writes = |member: &usize| number(&self.members[*member], TAKES_WRITES) == Some(1);
        wait::until("a primary that takes writes", PATIENCE, || {
            let found = candidates.iter().copied().find(takes_writes);
            if found.is_none() {
                // Each question is a connection.
                wait::pass(Duration::from_millis(50));
            }
            found
        })
    }

    /// Lets `member` be the primary, as before maintenance of the present one.
    pub fn promote(&self, member: usize) {
        let uuid = text(&self.members[member], "SELECT @@server_uuid AS name");
        let promoted = format!("SELECT group_replication_set_as_primary('{uuid}') AS name");
        let told = text(&self.members[self.primary()], &promoted);
        assert!(told.contains("Primary server switched to"), "{told}");
    }

    /// After a total outage: the member whose transactions contain all others'. Any other one may lack what was
    /// acknowledged.
    pub fn member_that_knows_all(&self) -> usize {
        let executed: Vec<_> = self.members.iter().map(|member| text(member, EXECUTED)).collect();
        let contains = |member: &usize, set: &String| {
            let question = format!("SELECT CAST(GTID_SUBSET('{set}', @@GLOBAL.gtid_executed) AS SIGNED) AS number");
            number(&self.members[*member], &question) == Some(1)
        };
        let knows_all = |member: &usize| executed.iter().all(|set| contains(member, set));
        (0..MEMBERS).find(knows_all).unwrap_or_else(|| panic!("no member knows all of {executed:?}"))
    }

    /// Waits until all `members` have applied the same, and returns the total they agree on.
    pub fn agreed_total(&self, members: &[usize], schema: &str) -> i64 {
        let total = format!("SELECT total AS number FROM {schema}.visit_counter");
        wait::until("one total on every member", PATIENCE, || {
            let applied = |member: &usize| text(&self.members[*member], EXECUTED);
            let first = applied(&members[0]);
            let all = members.iter().all(|member| applied(member) == first);
            let totals: Vec<_> = members.iter().map(|member| number(&self.members[*member], &total)).collect();
            (all && totals.iter().all(|total| *total == totals[0])).then(|| totals[0].expect("a total"))
        })
    }
}

/// How member number `member` of those at `seats` is started.
pub fn options(member: usize, address: &str, seats: &[String]) -> Vec<String> {
    [
        // The tables in which a member tells how the group is; most of what they would measure is not needed.
        "--performance-schema=ON",
        "--performance-schema-instrument=%=OFF",
        "--max-connections=150",
        "--table-open-cache=200",
        "--gtid-mode=ON",
        "--enforce-gtid-consistency=ON",
        "--log-bin=binlog",
        "--sync-binlog=1",
        "--innodb-flush-log-at-trx-commit=1",
        "--max-allowed-packet=64M",
        "--plugin-load-add=group_replication.so",
        "--plugin-load-add=mysql_clone.so",
        "--loose-group-replication-group-name=5d0c1f00-0000-4000-8000-000000000001",
        "--loose-group-replication-communication-stack=XCOM",
        "--loose-group-replication-ip-allowlist=127.0.0.0/8,10.77.0.0/16",
        "--loose-group-replication-single-primary-mode=ON",
        "--loose-group-replication-recovery-get-public-key=ON",
        "--loose-group-replication-start-on-boot=OFF",
        "--loose-group-replication-consistency=BEFORE_ON_PRIMARY_FAILOVER",
        "--loose-group-replication-unreachable-majority-timeout=5",
        "--loose-group-replication-member-expel-timeout=0",
        "--loose-group-replication-exit-state-action=READ_ONLY",
        "--loose-group-replication-autorejoin-tries=3",
    ]
    .into_iter()
    .map(String::from)
    .chain([
        format!("--server-id={}", member + 1),
        format!("--report-host={address}"),
        format!("--loose-group-replication-local-address={}", seats[member]),
        format!("--loose-group-replication-group-seeds={}", seats.join(",")),
    ])
    .collect()
}

/// What a member answers; nothing if it is not there.
fn number(member: &Server, question: &str) -> Option<i64> {
    member.try_query(|root| diesel::sql_query(question).get_result::<Number>(root)).map(|answer| answer.number)
}

/// Whether a member knows that it is in no group.
fn is_out(member: &Server) -> bool {
    let own = "SELECT COUNT(*) AS number FROM performance_schema.replication_group_members \
               WHERE member_id = @@server_uuid AND member_state IN ('ERROR', 'OFFLINE')";
    number(member, own) == Some(1)
}

fn text(member: &Server, question: &str) -> String {
    member.query(|root| diesel::sql_query(question).get_result::<Name>(root)).name
}
