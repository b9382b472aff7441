/**
 * Modules of Python's own library, and of packages that no network's class comes from. A class of a user's network may be called anything else; that
 * a pickle makes an instance of one of these says that it is no network.
 */
const NAMES = `__future__ abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins __builtin__
  bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys commands compileall compression concurrent configparser
  contextlib contextvars copy copyreg copy_reg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest email encodings
  ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp
  gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 linecache locale logging
  lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode
  operator optparse os ossaudiodev pathlib pdb pickle cPickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats
  pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors
  shelve shlex shutil signal site sitecustomize smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat
  statistics string stringprep struct subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap   threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib
  urllib2 usercustomize uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
  pip setuptools pkg_resources _distutils_hack wheel numpy scipy pandas sklearn joblib dill cloudpickle pickle5 fickling jsonpickle yaml requests
  aiohttp httpx IPython ipykernel ipywidgets jupyter notebook pytest paramiko pexpect psutil plumbum docker cffi numba
  cython Cython pyximport gevent eventlet flask django jinja2 mako `;

const ROOTS = new Set(NAMES.trim().split(/\s+/));

/** Whether a module belongs to Python itself, to a private part of it, or to a package that holds no networks. */
export function isForeignModule(module: string): boolean {
  const root = module.split('.')[0] ?? '';
  return (
    ROOTS.has(root) || (root.startsWith('_') && root !== '__main__' && root !== '__torch__' && root !== '__mp_main__')
  );
}
