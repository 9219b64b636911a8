//! Namespaces: the room that an instance lives in.
//!
//! A room is described before the fork ([`Room::new`]) and entered after it ([`Room::enter`]),
//! where nothing but system calls is allowed.

use std::collections::HashSet;
use std::ffi::{CStr, CString};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, open};
use nix::libc;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::sys::{prctl, stat};
use nix::unistd::{
    ForkResult, Gid, Pid, Uid, chdir, fork, getegid, geteuid, mkdir, pivot_root, setgroups,
    setresgid, setresuid, symlinkat, write,
};

use super::network;
use super::rules::end_with_parent;
use super::{Folders, Mode};

/// The user and group that functions run as.
const USER: u32 = 10000;
/// The machine's folders that functions see.
const SYSTEM: [&str; 10] =
    ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/nix", "/gnu"];
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];
const LINKS: [(&str, &str); 4] = [
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
];
/// Folders that are mounted upon, or that programs expect.
const EMPTY: [&str; 6] = ["/proc", "/tmp", "/dev/shm", "/mnt", "/run", "/home/qcloud"];
/// The options of /tmp (R47).
const TEMPORARY: &CStr = c"mode=1777,size=512m";

/// An instance's view of the machine.
pub(in crate::runtime) struct Room {
    root: CString,
    steps: Vec<Step>,
    /// The file systems: the only places, beside those for temporary files, that can be written.
    mounts: Vec<Step>,
    /// Lines for the user and group maps of the user namespace.
    maps: [String; 2],
    mode: Mode,
}

/// One step of building the root folder; all paths are below [`Room::root`].
enum Step {
    Folder(CString),
    File(CString),
    Link { target: CString, path: CString },
    Bind { from: CString, to: CString },
}

impl Room {
    /// A room that has `code`, `layers` and `runtime` at the product's places, and the `visible`
    /// folders where they are. `links` are further paths and what they lead to. It is put together
    /// on `root`, an empty folder. `mode` is one with namespaces.
    pub(in crate::runtime) fn new(
        root: &Path,
        mode: Mode,
        folders: &Folders,
        visible: &[PathBuf],
        links: &[(PathBuf, PathBuf)],
    ) -> io::Result<Self> {
        let mut plan = Plan { root, steps: Vec::new(), made: HashSet::new() };
        for folder in SYSTEM.map(Path::new) {
            if let Ok(target) = fs::read_link(folder) {
                plan.link(folder, &target)?;
            } else if folder.is_dir() {
                plan.bind(folder, folder)?;
            }
        }
        let own = Folders::product();
        plan.bind(&folders.code, &own.code)?;
        plan.bind(&folders.layers, &own.layers)?;
        plan.bind(&folders.runtime, &own.runtime)?;
        for folder in visible.iter().filter(|folder| !is_system(folder)) {
            plan.bind(folder, folder)?;
        }
        // Often a link to a file that a service keeps up to date.
        if let Ok(file) = fs::canonicalize("/etc/resolv.conf")
            && let Some(folder) = file.parent().filter(|folder| !is_system(folder))
        {
            plan.bind(folder, folder)?;
        }
        for name in ["passwd", "group"] {
            plan.bind_file(&folders.runtime.join(name), &Path::new("/etc").join(name))?;
        }
        for device in DEVICES.map(Path::new) {
            plan.file(device)?;
            plan.bind_file(device, device)?;
        }
        for (path, target) in LINKS {
            plan.link(Path::new(path), Path::new(target))?;
        }
        for (path, target) in links {
            plan.folder(path.parent().unwrap_or(path))?;
            plan.link(path, target)?;
        }
        for folder in EMPTY {
            plan.folder(Path::new(folder))?;
        }
        let ids = match mode {
            Mode::Privileged => [USER, USER],
            _ => [geteuid().as_raw(), getegid().as_raw()],
        };
        let maps = ids.map(|id| format!("{USER} {id} 1"));
        Ok(Self { root: text(root)?, steps: plan.steps, mounts: Vec::new(), maps, mode })
    }

    /// The room with folders of this machine in it, at places below `/mnt`, to read and write.
    pub(in crate::runtime) fn with_mounts(
        mut self,
        root: &Path,
        mounts: &[(PathBuf, &Path)],
    ) -> io::Result<Self> {
        let mut plan = Plan { root, steps: Vec::new(), made: HashSet::new() };
        for (from, to) in mounts {
            plan.folder(to)?;
            self.mounts.push(Step::Bind { from: text(from)?, to: plan.inside(to)? });
        }
        self.steps.append(&mut plan.steps);
        Ok(self)
    }

    /// Moves the calling process into the room, as the second process of a process namespace whose
    /// first one waits for it. Returns in that second process only. With a network of its `own`, the
    /// process outside hands out sockets of it on `channel`.
    pub(super) fn enter(&self, own: bool, channel: Option<BorrowedFd<'_>>) -> nix::Result<()> {
        if self.mode == Mode::Unprivileged {
            unshare(CloneFlags::CLONE_NEWUSER)?;
            self.map_user()?;
            end_with_parent()?; // a change of rights undoes it
        }
        let spaces = CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWPID | CloneFlags::CLONE_NEWIPC;
        unshare(spaces)?;
        if own {
            network::make()?;
        }
        continue_in_child(channel)?;
        end_with_parent()?;
        self.build()?;
        if self.mode == Mode::Privileged {
            self.drop_privileges()?;
            end_with_parent()?;
        }
        prctl::set_no_new_privs()?;
        continue_in_child(None)
    }

    fn build(&self) -> nix::Result<()> {
        let own = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&CStr>, c"/", None::<&CStr>, own, None::<&CStr>)?;
        tmpfs(&self.root, c"mode=755")?;
        for step in &self.steps {
            step.run()?;
        }
        restrict(&self.root, libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID)?;
        for mount in &self.mounts {
            mount.run()?;
            if let Step::Bind { to, .. } = mount {
                restrict(to, libc::MOUNT_ATTR_NODEV | libc::MOUNT_ATTR_NOSUID)?;
            }
        }
        chdir(self.root.as_c_str())?;
        tmpfs(c"tmp", TEMPORARY)?;
        tmpfs(c"dev/shm", TEMPORARY)?;
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
        mount(Some(c"proc"), c"proc", Some(c"proc"), flags, None::<&CStr>)?;
        // The old root ends up on top of the new one, and is taken off it.
        pivot_root(c".", c".")?;
        umount2(c".", MntFlags::MNT_DETACH)?;
        chdir(c"/var/user")
    }

    fn map_user(&self) -> nix::Result<()> {
        write_file(c"/proc/self/setgroups", b"deny")?;
        write_file(c"/proc/self/uid_map", self.maps[0].as_bytes())?;
        write_file(c"/proc/self/gid_map", self.maps[1].as_bytes())
    }

    fn drop_privileges(&self) -> nix::Result<()> {
        let (user, group) = (Uid::from_raw(USER), Gid::from_raw(USER));
        setgroups(&[])?;
        setresgid(group, group, group)?;
        setresuid(user, user, user)?;
        // Without this the process may not write its own maps.
        prctl::set_dumpable(true)?;
        // Processes are counted per user and user namespace: this makes the count the instance's
        // own. A system that does not let users make one counts all instances together.
        match unshare(CloneFlags::CLONE_NEWUSER) {
            Ok(()) => self.map_user(),
            Err(_) => Ok(()),
        }
    }
}

impl Step {
    fn run(&self) -> nix::Result<()> {
        let done = match self {
            Self::Folder(path) => mkdir(path.as_c_str(), stat::Mode::from_bits_truncate(0o755)),
            Self::File(path) => {
                let flags = OFlag::O_CREAT | OFlag::O_CLOEXEC;
                open(path.as_c_str(), flags, stat::Mode::from_bits_truncate(0o644)).map(drop)
            }
            Self::Link { target, path } => symlinkat(target.as_c_str(), AT_FDCWD, path.as_c_str()),
            Self::Bind { from, to } => {
                let flags = MsFlags::MS_BIND | MsFlags::MS_REC;
                let (from, to) = (from.as_c_str(), to.as_c_str());
                mount(Some(from), to, None::<&CStr>, flags, None::<&CStr>)
            }
        };
        match done {
            Err(Errno::EEXIST) => Ok(()),
            done => done,
        }
    }
}

/// The steps towards a root folder, each ancestor made once.
struct Plan<'a> {
    root: &'a Path,
    steps: Vec<Step>,
    made: HashSet<PathBuf>,
}

impl Plan<'_> {
    fn inside(&self, path: &Path) -> io::Result<CString> {
        text(&self.root.join(path.strip_prefix("/").unwrap_or(path)))
    }

    fn folder(&mut self, path: &Path) -> io::Result<()> {
        if let Some(parent) = path.parent().filter(|parent| *parent != Path::new("/")) {
            self.folder(parent)?;
        }
        if self.made.insert(path.into()) {
            self.steps.push(Step::Folder(self.inside(path)?));
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        self.folder(path.parent().unwrap_or(path))?;
        self.steps.push(Step::File(self.inside(path)?));
        Ok(())
    }

    fn link(&mut self, path: &Path, target: &Path) -> io::Result<()> {
        self.steps.push(Step::Link { target: text(target)?, path: self.inside(path)? });
        Ok(())
    }

    fn bind(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.folder(to)?;
        self.bind_file(from, to)
    }

    /// Binds over a file that is there already.
    fn bind_file(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.steps.push(Step::Bind { from: text(from)?, to: self.inside(to)? });
        Ok(())
    }
}

fn text(path: &Path) -> io::Result<CString> {
    CString::new(path.as_os_str().as_bytes()).map_err(io::Error::from)
}

fn is_system(folder: &Path) -> bool {
    folder == Path::new("/") || SYSTEM.iter().any(|system| folder.starts_with(system))
}

fn tmpfs(at: &CStr, options: &CStr) -> nix::Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
    mount(Some(c"tmpfs"), at, Some(c"tmpfs"), flags, Some(options))
}

fn write_file(path: &CStr, content: &[u8]) -> nix::Result<()> {
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, stat::Mode::empty())?;
    write(&file, content).map(drop)
}

/// Sets `attributes` on what is mounted at `root` and on all that is mounted below it.
#[allow(unsafe_code)]
fn restrict(root: &CStr, attributes: u64) -> nix::Result<()> {
    let attributes =
        libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: the path is a C string and the structure is as large as the size says; the kernel
    // only reads them.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            AT_FDCWD.as_raw_fd(),
            root.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    Errno::result(result).map(drop)
}

/// Forks, and goes on in the child; the calling process waits for it and ends as it does. Meanwhile
/// it hands out sockets of its network on the `channel`.
#[allow(unsafe_code)]
fn continue_in_child(channel: Option<BorrowedFd<'_>>) -> nix::Result<()> {
    // SAFETY: both processes go on with nothing but system calls.
    match unsafe { fork() }? {
        ForkResult::Child => Ok(()),
        ForkResult::Parent { child } => {
            if let Some(channel) = channel {
                network::hand_out_sockets(child, channel);
            }
            wait_for(child)
        }
    }
}

/// Ends as `child` does. As the first process of its namespace the caller also inherits those whose
/// parents ended, and waits for them.
#[allow(unsafe_code)]
fn wait_for(child: Pid) -> ! {
    // SAFETY: nothing in this process uses a descriptor any more, and the function's output and
    // channel have to end when the function does.
    unsafe { libc::close_range(0, libc::c_uint::MAX, 0) };
    let code = loop {
        match waitpid(None, None) {
            Ok(WaitStatus::Exited(pid, code)) if pid == child => break code,
            Ok(WaitStatus::Signaled(pid, signal, _)) if pid == child => break 128 + signal as i32,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => break 255,
        }
    };
    // SAFETY: ends the process without running anything of the parent's.
    unsafe { libc::_exit(code) }
}
