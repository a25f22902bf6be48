# How refusals and lists are put together, the words of places, and why the system refused something.
refusal_of = { $where }: { $what }
refusal_allowed = { $text } (allowed: { $allowed })
refusal_action = { $text }; { $action }
refusal_end = { $text }.

list_more = { $list }, { $part }
list_end = { $list } and { $part }

# A name of a taxonomy that has no entry, in its own words.
name_in_words = { $words }

file_of = file { $number } of { $count }

# A sentence that an earlier version stored as it was then put.
as_written = { $text }

system_eacces = Permission denied
system_eaddrinuse = Address already in use
system_eagain = Resource temporarily unavailable
system_ebusy = Device or resource busy
system_edquot = Disk quota exceeded
system_eexist = File exists
system_efbig = File too large
system_einval = Invalid argument
system_eio = Input/output error
system_eisdir = Is a directory
system_eloop = Too many levels of symbolic links
system_emfile = Too many open files
system_enametoolong = File name too long
system_enfile = Too many open files in system
system_enoent = No such file or directory
system_enomem = Cannot allocate memory
system_enospc = No space left on device
system_enotdir = Not a directory
system_enotempty = Directory not empty
system_enxio = No such device or address
system_eperm = Operation not permitted
system_erofs = Read-only file system
system_estale = Stale file handle
system_etimedout = Connection timed out
system_etxtbsy = Text file busy
system_other = { $text }
