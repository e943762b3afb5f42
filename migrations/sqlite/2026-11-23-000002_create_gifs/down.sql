DROP TABLE gif_files;
DROP TABLE gifs;
DROP TABLE catalogue;
