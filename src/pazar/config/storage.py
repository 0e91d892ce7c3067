"""Static files as browsers get them from a packed centre."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# An import at the start of a line, as our modules write it: Django's own patterns, off unless asked for, also take
# examples in comments and the dynamic imports for Node in vendor bundles for files of ours.
_IMPORT = r"""(?m)^(?P<matched>(?P<head>(?:import|export)(?:\s[^;'"]*?\sfrom)?\s*)["'](?P<url>\.{1,2}/[^"']+)["'];)"""


class PackedFiles(CompressedManifestStaticFilesStorage):
    """Named by content and compressed; a module's relative imports follow the new names.

    Without that a module would ask for its neighbour by a name that isn't packed.
    """

    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("*.js", ((_IMPORT, '%(head)s"%(url)s";'),)))
