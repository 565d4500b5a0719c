"""Where strangers' pictures and bundles are opened: processes of their own, which may take so much and no more."""
