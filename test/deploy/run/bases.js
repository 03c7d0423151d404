/** Makes the images that `check.js` starts from, which takes minutes and needs nothing but Node.js. */
require('./images').makeBases();
